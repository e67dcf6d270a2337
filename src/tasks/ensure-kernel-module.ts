import * as z from 'zod';
import { PlanError } from '../errors.ts';
import { filesFact, type FileStates, type KernelModule, kernelModuleFact, platform } from '../facts/index.ts';
import type { Change } from '../model/change.ts';
import { defineTask, type TaskFunction } from './define-task.ts';
import { deleteFile, findFile, writeFile } from './files/file-changes.ts';
import { fields, flag, matching, type Shape, state } from './input/input.ts';
import { withModule, withOptions, withoutModule, withoutOptions } from './files/module-files.ts';
import { requireRoot } from './input/require-root.ts';

/** Desired state of a kernel module. */
export interface DesiredKernelModule {
  /** Module name, such as `br_netfilter`. The kernel treats `-` and `_` alike. */
  readonly name: string;
  /** `absent`: not loaded at boot, and no parameters in files. Default: `present`. */
  readonly state?: 'present' | 'absent' | undefined;
  /** Parameters by name. A loaded module keeps its parameters until it is loaded again. Default: as the files have them. */
  readonly parameters?: Readonly<Record<string, string | number | boolean>> | undefined;
  /** With `absent`: whether to unload it from the running kernel, too. Default: `false`. */
  readonly unload?: boolean | undefined;
}

/** The result of `ensureKernelModule`. */
export interface KernelModuleOutput {
  /** Whether the running kernel has the module. */
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
 * The module bonding is loaded with `max_bonds=0`; otherwise the kernel creates an unwanted bond0. A rollback does not unload modules. EL6 hosts do not read
 * modules-load.d: there the module is loaded now, but not at boot.
 *
 * @example
 * await ensureKernelModule(host, { name: 'br_netfilter' });
 * await ensureKernelModule(host, { name: 'nf_conntrack', parameters: { hashsize: 65536 } });
 *
 * @throws TaskInputError when a field is wrong, such as a parameter with a blank in it.
 * @throws PlanError when the kernel has no such module, or when a module to unload is in use or drives a NIC.
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
    if (wanted === 'present' && unload) return 'unload is true, it should be left out with state present';
    if (unload && linkModules.has(name.replaceAll('-', '_')))
      return `unload is true, and every link that ${name} makes would go with it`;
    if (wanted === 'absent' && given !== undefined)
      return 'parameters are given, they should be left out with state absent';
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

/** Unloading such a module removes all links of its kind, whether in use or not. */
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

/** bonding must not create bonds by itself (hazard 29). */
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
    return [`parameter ${key} of module ${desired.name} stays ${current} until the module is loaded again`];
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

/** The kernel prints Y and N for the values 1 and 0. */
function plainParameter(value: string): string {
  if (value === 'Y') return '1';
  return value === 'N' ? '0' : value;
}
