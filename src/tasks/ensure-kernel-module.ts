import * as z from 'zod';
import { PlanError } from '../errors.ts';
import { filesFact, type FileStates, type KernelModule, kernelModuleFact, platform } from '../facts/index.ts';
import type { Change } from '../model/change.ts';
import { defineTask, type TaskFunction } from './define-task.ts';
import { deleteFile, findFile, writeFile } from './files/file-changes.ts';
import { fields, flag, matching, type Shape, state } from './input/input.ts';
import { withModule, withOptions, withoutModule, withoutOptions } from './files/module-files.ts';
import { requireRoot } from './input/require-root.ts';

/** A kernel module as `ensureKernelModule` shall make it. */
export interface DesiredKernelModule {
  /** Such as `br_netfilter`; the kernel takes `-` and `_` for the same. */
  readonly name: string;
  /** `absent`: not loaded at boot, and without parameters of its own. Default: `present`. */
  readonly state?: 'present' | 'absent' | undefined;
  /** Parameters by name. A module that is loaded keeps those it has until it is loaded anew. Default: what files say. */
  readonly parameters?: Readonly<Record<string, string | number | boolean>> | undefined;
  /** With `absent`: whether it is taken out of the running kernel, too. Default: `false`. */
  readonly unload?: boolean | undefined;
}

/** What `ensureKernelModule` returns. */
export interface KernelModuleOutput {
  /** Whether the running kernel has it. */
  readonly loaded: boolean;
}

const word = /^[A-Za-z0-9_-]+$/;

const parameters = z
  .custom<Readonly<Record<string, string | number | boolean>>>(
    (value) =>
      typeof value === 'object' &&
      value !== null &&
      Object.entries(value).every(([key, item]) => word.test(key) && isParameter(item)),
    { error: 'an object of words, numbers or booleans without blanks, such as { max_loop: 8 }' },
  )
  .transform((value) => Object.fromEntries(Object.entries(value).map(([key, item]) => [key, spell(item)])));

const schema = fields({
  name: matching(
    'the name of a kernel module, such as "br_netfilter"',
    (value) => word.test(value) && !value.startsWith('-'),
  ),
  state,
  parameters: parameters.optional(),
  unload: flag.default(false),
} satisfies Shape<DesiredKernelModule>);

type ModuleSpec = z.output<typeof schema>;
type ModuleFacts = ReturnType<typeof factsFor>;

/**
 * Ensures that a kernel module is loaded, now and after the next boot: by `/etc/modules-load.d/NAME.conf`, and with
 * parameters by `/etc/modprobe.d/NAME.conf`. Other lines of these files stay.
 *
 * The module bonding is loaded with `max_bonds=0`, since otherwise the kernel makes a bond0 that nobody asked for. Loading a
 * module cannot be taken back by a rollback. Hosts of EL6, which read no modules-load.d, load it now and not at boot.
 *
 * @example
 * await ensureKernelModule(host, { name: 'br_netfilter' });
 * await ensureKernelModule(host, { name: 'nf_conntrack', parameters: { hashsize: 65536 } });
 *
 * @throws TaskInputError when a field is wrong, such as a parameter with a blank in it.
 * @throws PlanError when the kernel has no such module, or one that shall be unloaded is in use or drives a NIC.
 * @see modules-load.d(5), modprobe.d(5); Linux, Documentation/networking/bonding.rst for max_bonds.
 */
export const ensureKernelModule: TaskFunction<
  DesiredKernelModule,
  ModuleSpec,
  ModuleFacts,
  KernelModuleOutput
> = defineTask({
  name: 'ensureKernelModule',
  schema,
  check: ({ name, state: wanted, parameters: given, unload }) => {
    if (wanted === 'present' && unload) return 'unload is true, and the module shall be present';
    if (unload && linkModules.has(name.replaceAll('-', '_')))
      return `unload is true, and every link that ${name} makes would go with it`;
    if (wanted === 'absent' && given !== undefined)
      return 'parameters are given, and the module shall be absent';
    const bonds = given?.['max_bonds'] ?? '0';
    return name === 'bonding' && bonds !== '0'
      ? `max_bonds is ${bonds}, it should be 0: ensureBond makes bonds`
      : undefined;
  },
  facts: factsFor,
  subject: ({ name }) => name,
  plan: (desired, { platform: host, module, files }) => {
    const changes: Change[] =
      desired.state === 'absent'
        ? planAbsent(desired, module, files)
        : planPresent(desired, module, { files, kernel: host.kernel });
    return requireRoot(changes, { platform: host, warnings: warnOfParameters(desired, module) });
  },
  output: (_, { module }) => ({ loaded: isThere(module) }),
});

/** The kernel removes the links of a kind when its module goes, whoever uses them. */
const linkModules = new Set(
  'bonding 8021q bridge tun veth dummy macvlan macvtap ipvlan vxlan team ifb'.split(' '),
);

function factsFor({ name }: ModuleSpec) {
  return { platform, module: kernelModuleFact(name), files: filesFact([bootFile(name), optionsFile(name)]) };
}

function bootFile(name: string): string {
  return `/etc/modules-load.d/${name}.conf`;
}

function optionsFile(name: string): string {
  return `/etc/modprobe.d/${name}.conf`;
}

function planPresent(
  desired: ModuleSpec,
  { state: current }: KernelModule,
  { files, kernel }: { readonly files: FileStates; readonly kernel: string },
): Change[] {
  const { name } = desired;
  const wanted = wantedParameters(desired);
  if (current === 'missing') throw new PlanError(`kernel ${kernel} has no module ${name}`);
  const [boot, options] = [findFile(files, bootFile(name)), findFile(files, optionsFile(name))];
  return [
    ...(current === 'loadable' ? [{ kind: 'module.load' as const, name, parameters: wanted ?? {} }] : []),
    ...writeFile(bootFile(name), boot, { content: withModule(boot?.content ?? '', name) }),
    ...(wanted === undefined
      ? []
      : writeFile(optionsFile(name), options, {
          content: withOptions(options?.content ?? '', name, wanted),
        })),
  ];
}

/** Hazard 29. */
function wantedParameters({
  name,
  parameters: given,
}: ModuleSpec): Readonly<Record<string, string>> | undefined {
  return name === 'bonding' ? { max_bonds: '0', ...given } : given;
}

function planAbsent({ name, unload }: ModuleSpec, module: KernelModule, files: FileStates): Change[] {
  const [boot, options] = [findFile(files, bootFile(name)), findFile(files, optionsFile(name))];
  const changes: Change[] = [];
  const edit = (path: string, file: typeof boot, rest: string | undefined): void => {
    changes.push(...(rest === undefined ? deleteFile(path, file) : writeFile(path, file, { content: rest })));
  };
  if (unload && module.state === 'loaded') {
    const [link] = module.links;
    if (link !== undefined)
      throw new PlanError(`module ${name} drives ${link}, which would go with it: unload should be false`);
    if (module.uses > 0)
      throw new PlanError(`module ${name} is in use ${module.uses} times, it cannot be unloaded`);
    changes.push({ kind: 'module.unload', name });
  }
  edit(bootFile(name), boot, boot && withoutModule(boot.content, name));
  edit(optionsFile(name), options, options && withoutOptions(options.content, name));
  return changes;
}

function warnOfParameters(desired: ModuleSpec, module: KernelModule): readonly string[] {
  if (!isThere(module)) return [];
  return Object.entries(wantedParameters(desired) ?? {}).flatMap(([key, value]) => {
    const current = module.parameters[key];
    if (current === undefined || plainParameter(current) === plainParameter(value)) return [];
    return [`parameter ${key} of module ${desired.name} stays ${current} until it is loaded anew`];
  });
}

function isThere({ state: current }: KernelModule): boolean {
  return current === 'loaded' || current === 'builtin';
}

function isParameter(value: unknown): boolean {
  if (typeof value === 'string') return /^[^\s"'\\\0]+$/.test(value);
  return typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value));
}

function spell(value: string | number | boolean): string {
  return typeof value === 'boolean' ? (value ? '1' : '0') : String(value);
}

/** The kernel prints Y and N for what it takes as 1 and 0. */
function plainParameter(value: string): string {
  if (value === 'Y') return '1';
  return value === 'N' ? '0' : value;
}
