import type { Addressing, Backend, LinkIdentity, PresentLink, WantedLink } from '../../backends/backend.ts';
import { backends } from '../../backends/index.ts';
import { ownerOf } from '../../backends/owner.ts';
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

/**
 * A plan being made: the host as it will be after the changes so far, the changes, and what files shall remember. Lives
 * within one call of a task's `plan`.
 */
export class PlanBuilder {
  readonly #host: HostSettings;
  readonly #changes: Change[] = [];
  readonly #warnings: string[] = [];
  readonly #wanted: WantedLink[] = [];
  #facts: NetworkAnswers;

  constructor(facts: NetworkAnswers, host: HostSettings) {
    if (!facts.platform.tools.includes('ip'))
      throw new PlanError(`${host.name} has no ip command (package iproute2)`);
    this.#facts = facts;
    this.#host = host;
    // A host that nobody can write for is refused whatever is to change.
    this.#ownerOf({ name: 'lo' });
  }

  /** The host as it will be. */
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

  /** A link that is known to be there. */
  link(name: string): Link {
    const link = this.findLink(name);
    if (link === undefined) throw new PlanError(`link ${name} does not exist`);
    return link;
  }

  /** Brings a link to these settings, and lists only those that differ. */
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

  /** Gives a link a MAC that it keeps whatever becomes of its ports; listed even when it has that MAC by chance. */
  pinMac(name: string, mac: string): void {
    const link = this.link(name);
    this.add({ kind: 'link.update', name, linkKind: link.kind, before: { mac: link.mac }, after: { mac } });
  }

  /** `parameters` are those for a module that is loaded now; one that is there keeps its own. */
  requireModule(name: NetworkModule, parameters: Readonly<Record<string, string>> = {}): void {
    const { modules, kernel } = this.#facts.platform;
    if (modules[name] === 'missing') throw new PlanError(`kernel ${kernel} has no module ${name}`);
    if (modules[name] === 'loadable') this.add({ kind: 'module.load', name, parameters });
  }

  /** What files shall say; takes effect in `finish`. */
  persist(...wanted: readonly WantedLink[]): void {
    this.#wanted.push(...wanted);
  }

  /** What files say now about the addresses of a link; undefined when they do not know the link. */
  addressingOf(name: string): Addressing | undefined {
    const mac = this.permanentMacOf(name);
    const identity = { name, mac };
    const backend = this.#ownerOf(identity);
    return backend.addressingOf(filesOf(backend, this.#facts), identity);
  }

  /** Of a NIC: what finds its file by HWADDR. */
  permanentMacOf(name: string): string | undefined {
    const link = this.findLink(name);
    return link?.kind === 'ethernet' ? link.mac : undefined;
  }

  /** The start of an entry for `remember`. */
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

/** The kernel drops the IPv6 of a link that gets a smaller MTU, and refuses addresses of one that has it (RFC 8200, 5). */
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

/** What an option is that the kernel does not tell, as it does not in a mode that has no use for it. */
function initialOptionsOf(names: readonly string[]): LinkOptions {
  const values = names.map((name) => [
    name,
    bondOptionRule.get(name)?.initial ?? initialBridgeOptions[name] ?? '',
  ]);
  return Object.fromEntries(values) as LinkOptions;
}

/** The entries of `wanted` that are otherwise in `current`, from both sides. What the kernel does not tell is empty. */
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

/** Configuration that only root may read is so by its format: what of it is secret the backend knows. */
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

/** What is not known to the byte could not be put back. */
function refuseFlawed(path: string, file: ConfigFile | undefined): void {
  if (file?.flaw === undefined) return;
  throw new PlanError(`${path} ${file.flaw.is}: it should be UTF-8 text before kvmplay edits it`);
}
