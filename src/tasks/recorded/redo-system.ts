import {
  filesFact,
  type FileState,
  isTextFile,
  type KernelModule,
  kernelModuleFact,
  type Packages,
  packagesFact,
  type Service,
  serviceFact,
  sysctlFact,
} from '../../facts/index.ts';
import type { Change, FileChange, FileUpdate, ServiceSet } from '../../model/change.ts';
import { formatMode } from '../../model/describe-change.ts';
import type { Fact, FactSet } from '../../model/fact.ts';

/** A change of something else than the network. */
export type SystemChange = Exclude<
  Change,
  { readonly kind: `link.${string}` | `port.${string}` | `address.${string}` | `route.${string}` }
>;

/** The facts that tell whether such changes find what they were planned on, each under its own name. */
export function systemFacts(changes: readonly Change[]): FactSet {
  const facts = changes.flatMap((change): Fact<unknown>[] => {
    switch (change.kind) {
      case 'file.write':
      case 'file.update':
      case 'file.delete':
        return [filesFact([change.path])];
      case 'sysctl.set':
        return [sysctlFact(change.key)];
      case 'service.set':
        return [serviceFact(change.name)];
      case 'package.install':
      case 'package.remove':
        return [packagesFact(change.names)];
      case 'module.load':
      case 'module.unload':
        return [kernelModuleFact(change.name)];
      default:
        return [];
    }
  });
  return Object.fromEntries(facts.map((fact) => [fact.name, fact]));
}

/** Where a change would not find what it was planned on. `answers` are those to `systemFacts`. */
export function checkSystem(
  change: SystemChange,
  answers: Readonly<Record<string, unknown>>,
): readonly string[] {
  const answer = <T>(fact: Fact<T>): T => answers[fact.name] as T;
  switch (change.kind) {
    case 'file.write':
    case 'file.update':
    case 'file.delete':
      return checkFile(change, answer(filesFact([change.path])).get(change.path));
    case 'sysctl.set':
      return compare(`sysctl ${change.key}`, change.before, answer(sysctlFact(change.key)));
    case 'service.set':
      return checkService(change, answer(serviceFact(change.name)));
    case 'module.unload':
      return isLoaded(answer(kernelModuleFact(change.name))) ? [] : [`module ${change.name} is not loaded`];
    // What they bring about may be so already.
    case 'module.load':
    case 'package.install':
    case 'package.remove':
      return [];
  }
}

/** What an irreversible change was to bring about and is not so, as a sentence. */
export function missingOf(change: Change, answers: Readonly<Record<string, unknown>>): readonly string[] {
  const answer = <T>(fact: Fact<T>): T => answers[fact.name] as T;
  switch (change.kind) {
    case 'module.load':
      return isLoaded(answer(kernelModuleFact(change.name))) ? [] : [`module ${change.name} is not loaded`];
    case 'package.install':
    case 'package.remove': {
      const { installed, unfinished }: Packages = answer(packagesFact(change.names));
      const isWanted = change.kind === 'package.install';
      return change.names
        .filter((name) =>
          isWanted ? !installed.has(name) : installed.has(name) || unfinished?.has(name) === true,
        )
        .map((name) => `package ${name} is ${isWanted ? 'not installed' : 'installed'}`);
    }
    default:
      return [];
  }
}

function isLoaded({ state }: KernelModule): boolean {
  return state === 'loaded' || state === 'builtin';
}

/** Contents are not shown: they may hold secrets. */
function checkFile(change: FileChange, file: FileState | undefined): readonly string[] {
  const { path } = change;
  if (file !== undefined && !isTextFile(file)) return [`${path} is ${file.is}`];
  if (change.kind === 'file.update')
    return file === undefined ? [`file ${path} is gone`] : checkPermissions(change, file);
  if (file?.content === change.before) return [];
  if (file === undefined) return [`file ${path} is gone`];
  return [
    change.before === undefined ? `file ${path} is there already` : `content of file ${path} is another`,
  ];
}

function checkPermissions(
  { path, before }: FileUpdate,
  file: Extract<FileState, { content: string }>,
): readonly string[] {
  const { mode, owner, group } = before;
  return [
    ...(mode === undefined ? [] : compare(`mode of ${path}`, formatMode(mode), formatMode(file.mode))),
    ...(owner === undefined ? [] : compare(`owner of ${path}`, owner, file.owner ?? 'root')),
    ...(group === undefined ? [] : compare(`group of ${path}`, group, file.group ?? 'root')),
  ];
}

function checkService({ name, before }: ServiceSet, service: Service): readonly string[] {
  const { running, enabled } = before;
  const word = (value: unknown, yes: string, no: string): string => (value === true ? yes : no);
  return [
    ...(running === undefined
      ? []
      : compare(
          `service ${name}`,
          word(running, 'running', 'stopped'),
          word(service.running, 'running', 'stopped'),
        )),
    ...(enabled === undefined
      ? []
      : compare(
          `service ${name}`,
          word(enabled, 'enabled', 'disabled'),
          word(service.enabled, 'enabled', 'disabled'),
        )),
  ];
}

function compare(what: string, wanted: string, current: string | undefined): readonly string[] {
  return wanted === current ? [] : [`${what} is ${current ?? 'not there'}, not ${wanted}`];
}
