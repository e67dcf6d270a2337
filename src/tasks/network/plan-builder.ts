import type { Addressing, Backend, LinkIdentity, PresentLink, WantedLink } from '../../backends/backend.ts';
import type { BootModel } from '../../backends/boot-model.ts';
import { backends } from '../../backends/index.ts';
import { ownerOf } from '../../backends/owner.ts';
import { findBootLink, plainAddressing } from '../../backends/wanted-links.ts';
import { PlanError } from '../../errors.ts';
import type { NetworkModule } from '../../facts/index.ts';
import { bondOptionRule } from '../../model/bond-options.ts';
import type { FileWrite } from '../../changes/file.ts';
import type { Change } from '../../model/change.ts';
import type { ConfigFile, ConfigFiles } from '../../model/config-file.ts';
import { lazyAnswers } from '../../model/fact.ts';
import { familyOf } from '../../model/ip.ts';
import { initialBridgeOptions, SMALLEST_OF_IPV6 } from '../../model/kernel.ts';
import type { Link, LinkOptions, LinkSettings } from '../../model/link.ts';
import type { HostSettings, Plan } from '../../model/task.ts';
import { answersOf, filesOf, type NetworkAnswers, type NetworkFacts, networkFacts } from './network-facts.ts';
import { requireRoot } from '../input/require-root.ts';

/** A plan under construction: the predicted host, the changes so far, and the wanted content of files. It lives within one call of a task's `plan`. */
export class PlanBuilder {
  readonly #host: HostSettings;
  readonly #changes: Change[] = [];
  readonly #warnings: string[] = [];
  readonly #wanted: WantedLink[] = [];
  readonly #bootModels = new Map<Backend, { readonly files: ConfigFiles; readonly model: BootModel }>();
  #facts: NetworkAnswers;

  constructor(facts: NetworkAnswers, host: HostSettings) {
    if (!facts.platform.tools.includes('ip'))
      throw new PlanError(`${host.name} has no ip command (package iproute2)`);
    this.#facts = facts;
    this.#host = host;
    // A host without a usable backend is refused, whatever is to change.
    this.#ownerOf({ name: 'lo' });
  }

  /** The predicted state of the host. */
  get facts(): NetworkAnswers {
    return this.#facts;
  }

  get hasChanges(): boolean {
    return this.#changes.length > 0;
  }

  add(change: Change): void {
    this.#changes.push(change);
    this.#facts = fold(this.#facts, change);
  }

  warn(sentence: string): void {
    this.#warnings.push(sentence);
  }

  findLink(name: string): Link | undefined {
    return this.#facts.links.get(name);
  }

  /** Returns a link that must exist. */
  link(name: string): Link {
    const link = this.findLink(name);
    if (link === undefined) throw new PlanError(`link ${name} does not exist`);
    return link;
  }

  /** Sets settings of a link. Only those that differ become changes. */
  update(name: string, wanted: LinkSettings): void {
    const { kind, up, mtu, mac, options: current = {} } = this.link(name);
    const { options = {}, ...settings } = wanted;
    const plain = differing<LinkSettings>({ up, mtu, mac }, settings);
    const optional = differing<LinkOptions>(
      { ...initialOptionsOf(Object.keys(options)), ...current },
      options,
    );
    if (plain === undefined && optional === undefined) return;
    this.add({
      kind: 'link.update',
      name,
      linkKind: kind,
      before: { ...plain?.before, ...(optional && { options: optional.before }) },
      after: { ...plain?.after, ...(optional && { options: optional.after }) },
    });
  }

  /** Pins the MAC of a link, so that it does not follow its ports. Listed even if the link already has that MAC by chance. */
  pinMac(name: string, mac: string): void {
    const link = this.link(name);
    this.add({ kind: 'link.update', name, linkKind: link.kind, before: { mac: link.mac }, after: { mac } });
  }

  /** Ensures a kernel module. `parameters` apply only if it is loaded now; a loaded module keeps its own. */
  requireModule(name: NetworkModule, parameters: Readonly<Record<string, string>> = {}): void {
    const { modules, kernel } = this.#facts.platform;
    if (modules[name] === 'missing') throw new PlanError(`kernel ${kernel} has no module ${name}`);
    if (modules[name] === 'loadable') this.add({ kind: 'module.load', name, parameters });
  }

  /** Queues wanted file content; it is written by `finish`. */
  persist(...wanted: readonly WantedLink[]): void {
    this.#wanted.push(...wanted);
  }

  /** Returns the addressing in the present files; undefined if they do not know the link. */
  addressingOf(name: string): Addressing | undefined {
    const mac = this.permanentMacOf(name);
    const identity = { name, mac };
    const backend = this.#ownerOf(identity);
    const found = findBootLink(this.#bootModelOf(backend), identity);
    return found === undefined ? undefined : plainAddressing(found.addressing);
  }

  /** Files change in `finish` alone, so that one reading serves the plan. */
  #bootModelOf(backend: Backend): BootModel {
    const known = this.#bootModels.get(backend);
    const files = filesOf(backend, this.#facts);
    if (known?.files === files) return known.model;
    const model = backend.read(files, answersOf(backend, this.#facts));
    this.#bootModels.set(backend, { files, model });
    return model;
  }

  /** Returns the permanent MAC of a NIC, by which its file may be found (HWADDR). */
  permanentMacOf(name: string): string | undefined {
    const link = this.findLink(name);
    return link?.kind === 'ethernet' ? link.mac : undefined;
  }

  /** Returns the base of an entry for `persist`. */
  present(name: string): PresentLink {
    const mac = this.permanentMacOf(name);
    return {
      state: 'present',
      name,
      kind: this.link(name).kind,
      ...(mac !== undefined && { permanentMac: mac }),
    };
  }

  finish(): Plan {
    refuseSmallMtu(this.#facts);
    for (const change of this.#fileChanges()) this.add(change);
    return requireRoot(this.#changes, { platform: this.#facts.platform, warnings: this.#warnings });
  }

  #fileChanges(): readonly Change[] {
    return [...backends.values()].flatMap((backend) => {
      const wanted = this.#wanted.filter((link) => this.#ownerOf(identityOf(link)) === backend);
      if (wanted.length === 0) return [];
      const files = filesOf(backend, this.#facts);
      return compareFiles(backend, files, backend.edit(files, wanted, answersOf(backend, this.#facts)));
    });
  }

  #ownerOf(link: LinkIdentity): Backend {
    const { platform } = this.#facts;
    return ownerOf(link, { platform, answersOf: (backend) => answersOf(backend, this.#facts) }, this.#host);
  }
}

function identityOf(link: WantedLink): LinkIdentity {
  return { name: link.name, mac: link.state === 'present' ? link.permanentMac : undefined };
}

/** The kernel drops IPv6 from a link with an MTU below 1280, and refuses addresses on it (RFC 8200, 5). */
function refuseSmallMtu({ links, addresses, routes }: NetworkAnswers): void {
  const inUse = [
    ...addresses
      .filter(({ address }) => familyOf(address) === 6)
      .map(({ link, address }) => ({ link, what: `address ${address}` })),
    ...routes
      .filter(({ family }) => family === 6)
      .map(({ link = '', destination }) => ({ link, what: `route ${destination}` })),
  ];
  for (const { link, what } of inUse) {
    const mtu = links.get(link)?.mtu ?? SMALLEST_OF_IPV6;
    if (mtu < SMALLEST_OF_IPV6)
      throw new PlanError(
        `mtu of ${link} would be ${mtu}, it should be at least ${SMALLEST_OF_IPV6} for its IPv6 ${what}`,
      );
  }
}

function fold(facts: NetworkAnswers, change: Change): NetworkAnswers {
  const answers: Readonly<Record<string, unknown>> = facts;
  return lazyAnswers<NetworkFacts>(networkFacts, (fact, key) => fact.after(answers[key], change));
}

/** Returns initial values for options that the kernel hides, as in a mode that has no use for them. */
function initialOptionsOf(names: readonly string[]): LinkOptions {
  const values = names.map((name) => [
    name,
    bondOptionRule.get(name)?.initial ?? initialBridgeOptions[name] ?? '',
  ]);
  return Object.fromEntries(values) as LinkOptions;
}

/** Returns the entries of `wanted` that differ in `current`, from both sides. Hidden values are empty. */
function differing<T extends object>(current: T, wanted: T): { before: T; after: T } | undefined {
  const now = { ...current } as Readonly<Record<string, unknown>>;
  const changes = Object.entries(wanted).filter(([key, value]) => (now[key] ?? '') !== value);
  if (changes.length === 0) return undefined;
  return {
    before: Object.fromEntries(changes.map(([key]) => [key, now[key] ?? ''])) as T,
    after: Object.fromEntries(changes) as T,
  };
}

function compareFiles({ secretKeys }: Backend, before: ConfigFiles, after: ConfigFiles): readonly Change[] {
  const written = [...after].flatMap(([path, { content, mode }]): Change[] => {
    const old = before.get(path);
    if (old?.content === content) return [];
    refuseFlawed(path, old);
    const shown = shownOf(secretKeys, old?.mode ?? mode, `${old?.content ?? ''}\n${content}`);
    if (old === undefined) return [{ kind: 'file.write', path, mode, after: content, ...shown }];
    return [{ kind: 'file.write', path, mode: old.mode, before: old.content, after: content, ...shown }];
  });
  const deleted = [...before]
    .filter(([path]) => !after.has(path))
    .map(([path, file]): Change => {
      refuseFlawed(path, file);
      const { mode, content } = file;
      return { kind: 'file.delete', path, mode, before: content, ...shownOf(secretKeys, mode, content) };
    });
  return [...written, ...deleted];
}

/** Configuration files may be 0600 by format. The backend knows which parts are secret. */
function shownOf(
  secretKeys: readonly string[],
  mode: number,
  content: string,
): Pick<FileWrite, 'secret' | 'secretKeys'> {
  const present = secretKeys.filter((key) => content.includes(key));
  return {
    ...((mode & 0o077) === 0 && { secret: false }),
    ...(present.length > 0 && { secretKeys: present }),
  };
}

/** A file that is not known to the byte could not be restored. */
function refuseFlawed(path: string, file: ConfigFile | undefined): void {
  if (file?.flaw === undefined) return;
  throw new PlanError(`${path} ${file.flaw.is}: it should be UTF-8 text before kvmplay edits it`);
}
