import { PlanError } from '../../errors.ts';
import type { ConfigFile, ConfigFiles } from '../../model/config-file.ts';
import type { LinkIdentity } from '../backend.ts';
import type { IfcfgFile } from './ifcfg-file.ts';
import { firstLine, parseIfcfg, peekValue, printIfcfg } from './ifcfg-file.ts';
import { UnreadableError } from './unreadable.ts';

const folder = '/etc/sysconfig/network-scripts';
const prefix = `${folder}/ifcfg-`;

/** Settings of initscripts for the whole host; sourced before every ifcfg file. */
export const globalPath = '/etc/sysconfig/network';

/** The files of a link beside its ifcfg file. */
export const companionKinds = ['route', 'route6', 'rule', 'rule6'] as const;
export type CompanionKind = (typeof companionKinds)[number];

export const globs: readonly string[] = [
  `${prefix}*`,
  ...companionKinds.map((kind) => `${folder}/${kind}-*`),
  globalPath,
  '/etc/modprobe.d/*.conf',
];

/** Links called ppp0 or post1 would be handed to the scripts ifup-ppp or ifup-post. */
const helpers = [
  ...[
    'Team',
    'TeamPort',
    'aliases',
    'bnep',
    'ctc',
    'ib',
    'ippp',
    'ipv6',
    'isdn',
    'plip',
    'plusb',
    'post',
    'ppp',
    'routes',
  ],
  ...['sit', 'tunnel', 'wireless'],
];

/** The files of a host during an edit. */
export class IfcfgTree {
  readonly #before: ConfigFiles;
  readonly #texts: Map<string, string>;
  readonly #parsed = new Map<string, IfcfgFile>();

  constructor(files: ConfigFiles) {
    this.#before = files;
    this.#texts = new Map([...files].map(([path, file]) => [path, file.content]));
  }

  /** Returns the edited files. Untouched files are the same objects, and without any edit the map is the same too. */
  files(): ConfigFiles {
    const after = new Map<string, ConfigFile>();
    for (const [path, content] of this.#texts) {
      const before = this.#before.get(path);
      after.set(path, before?.content === content ? before : { content, mode: before?.mode ?? 0o644 });
    }
    const same =
      after.size === this.#before.size && [...after].every(([path, file]) => this.#before.get(path) === file);
    return same ? this.#before : after;
  }

  paths(): readonly string[] {
    return [...this.#texts.keys()];
  }

  /** Throws PlanError for a file whose content is unknown. */
  text(path: string): string | undefined {
    const text = this.#texts.get(path);
    const file = this.#before.get(path);
    if (file?.flaw?.legible === false && file.content === text) {
      throw new UnreadableError(
        { path, line: 1 },
        `${path} ${file.flaw.is}: it should be a text file that kvmplay can read`,
      );
    }
    return text;
  }

  write(path: string, text: string): void {
    this.#texts.set(path, text);
    this.#parsed.delete(path);
  }

  delete(path: string): void {
    this.#texts.delete(path);
    this.#parsed.delete(path);
  }

  parse(path: string): IfcfgFile | undefined {
    const text = this.text(path);
    if (text === undefined) return undefined;
    const file = this.#parsed.get(path) ?? parseIfcfg(path, text);
    this.#parsed.set(path, file);
    return file;
  }

  put(file: IfcfgFile): void {
    if (this.#parsed.get(file.path) !== file) this.write(file.path, printIfcfg(file));
  }

  /** Returns the ifcfg files that initscripts start at boot or on demand, without alias files. */
  interfaces(): readonly IfcfgFile[] {
    return this.interfacePaths().flatMap((path) => this.parse(path) ?? []);
  }

  /** Returns those of `interfaces` that can be read at least in part. */
  legible(): readonly IfcfgFile[] {
    const isKnown = (path: string): boolean => this.#before.get(path)?.flaw?.legible !== false;
    return this.interfacePaths()
      .filter(isKnown)
      .flatMap((path) => this.parse(path) ?? []);
  }

  interfacePaths(): readonly string[] {
    return this.paths().filter(isInterfacePath);
  }

  /** Finds the file of a link by DEVICE; without DEVICE by HWADDR; without either by the file's name. */
  find(link: LinkIdentity): IfcfgFile | undefined {
    const candidates = this.interfaces().filter((file) => isFor(file, link));
    const named = candidates.filter((file) => peekValue(file, 'DEVICE') !== undefined || hasMac(file, link));
    const [found, other] = named.length > 0 ? named : candidates;
    if (found !== undefined && other !== undefined) {
      throw doubleFiles(found, other, link.name);
    }
    return found;
  }

  /** Creates the file of a link that has none. */
  create(name: string, content: string): IfcfgFile {
    const path = `${prefix}${name}`;
    const existing = this.parse(path);
    if (existing !== undefined) {
      const device = peekValue(existing, 'DEVICE') ?? peekValue(existing, 'HWADDR') ?? 'something else';
      throw new PlanError(`${path} is for ${device} and should be for ${name}`);
    }
    if (!isInterfacePath(path) || helpers.includes(name.replace(/(?<!\d)\d+$/, ''))) {
      throw new PlanError(`${path} would not be started by initscripts: ${name} needs another name`);
    }
    return parseIfcfg(path, content);
  }

  /** Alias files such as ifcfg-eno3:1 and ifcfg-eno3-range0 hold more addresses of a link. */
  aliasPaths(name: string): readonly string[] {
    return this.paths().filter(
      (path) =>
        (path.startsWith(`${prefix}${name}:`) || path.startsWith(`${prefix}${name}-range`)) &&
        !isIgnored(path),
    );
  }

  /** Returns the files that may hold routes or rules of a link: initscripts read both the device's file and that of the ifcfg file's name. */
  companionPaths(kind: CompanionKind, name: string, file: IfcfgFile | undefined): readonly string[] {
    const names = new Set([name, ...(file === undefined ? [] : [file.path.slice(prefix.length)])]);
    return [...names].map((one) => companionPath(kind, one)).filter((path) => this.#texts.has(path));
  }
}

export function doubleFiles(one: IfcfgFile, other: IfcfgFile, link: string): UnreadableError {
  return new UnreadableError(
    firstLine(other),
    `${one.path} and ${other.path} are both for ${link} and should be one file`,
  );
}

/** `eno3` of `ifcfg-eno3`. */
export function nameInPath(path: string): string {
  return path.slice(prefix.length);
}

export function companionPath(kind: CompanionKind, name: string): string {
  return `${folder}/${kind}-${name}`;
}

function isInterfacePath(path: string): boolean {
  if (!path.startsWith(prefix) || isIgnored(path)) return false;
  const name = path.slice(folder.length);
  // Like the glob `*-*-range*` of initscripts: at least one letter stands in between.
  const isRange = name.lastIndexOf('-range') > name.indexOf('-') + 1;
  return !path.includes(':') && !isRange;
}

function isIgnored(path: string): boolean {
  return /(~|\.bak|\.old|\.orig|\.rpmnew|\.rpmorig|\.rpmsave)$/.test(path);
}

function isFor(file: IfcfgFile, link: LinkIdentity): boolean {
  const device = peekValue(file, 'DEVICE')?.trimEnd();
  if (device !== undefined && device !== '') return device === link.name;
  const mac = peekValue(file, 'HWADDR');
  if (mac !== undefined && link.mac !== undefined) return hasMac(file, link);
  return file.path === `${prefix}${link.name}`;
}

function hasMac(file: IfcfgFile, { mac }: LinkIdentity): boolean {
  return mac !== undefined && peekValue(file, 'HWADDR')?.toLowerCase() === mac.toLowerCase();
}
