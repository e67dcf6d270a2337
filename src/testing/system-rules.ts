import { isTextFile, moduleName, serviceFact } from '../facts/index.ts';
import type { Change } from '../model/change.ts';
import type { FileChange } from '../changes/file.ts';
import type { FilePermissions } from '../model/staged-file.ts';
import type { ServiceSet } from '../changes/service.ts';
import type { FakeState } from '../model/fake-state.ts';
import { noModule } from '../model/kernel-module.ts';

/** Says why a host would refuse `change`, or which assumption of the plan is wrong. Undefined if all is well. */
export function systemRefusalOf(state: FakeState, change: Change): string | undefined {
  switch (change.kind) {
    case 'module.load':
      return refuseLoad(state, change.name, change.parameters);
    case 'module.unload': {
      const { state: loaded, uses } = moduleOf(state, change.name);
      if (loaded !== 'loaded') return `modprobe: FATAL: Module ${change.name} is not loaded.`;
      return uses > 0 ? `modprobe: FATAL: Module ${change.name} is in use.` : undefined;
    }
    case 'sysctl.set': {
      const current = state.sysctls.get(change.key);
      if (current === undefined) return 'No such file or directory';
      return current === change.before ? undefined : `it is ${current}, not as the plan expects`;
    }
    case 'service.set':
      return refuseService(state, change);
    case 'package.install':
    case 'package.remove': {
      const isWanted = change.kind === 'package.install';
      const same = change.names.find((name) => state.packages.installed.has(name) === isWanted);
      return same === undefined ? undefined : `${same} is as wanted already`;
    }
    case 'file.write':
    case 'file.update':
    case 'file.delete':
      return refuseFile(state, change);
    default:
      return undefined;
  }
}

/** bonding creates a bond by itself unless told not to (hazard 29). */
function refuseLoad(
  state: FakeState,
  name: string,
  parameters: Readonly<Record<string, string>>,
): string | undefined {
  if (moduleOf(state, name).state === 'missing') return `modprobe: FATAL: Module ${name} not found.`;
  if (name !== 'bonding' || parameters['max_bonds'] === '0') return undefined;
  return 'the kernel would silently make bond0: max_bonds should be 0';
}

function moduleOf({ modules }: FakeState, name: string): typeof noModule {
  return modules.get(moduleName(name)) ?? noModule;
}

function refuseService(state: FakeState, { name, before, after }: ServiceSet): string | undefined {
  const service = serviceFact(name).fake?.(state);
  if (service === undefined) return undefined;
  // The fake host does not know what a package brings.
  if (service.existence === 'missing') {
    return state.mayHaveMore ? undefined : `Failed to start ${name}.service: Unit not found.`;
  }
  if (service.enabled === 'masked' && after.running === true) return `Unit ${name}.service is masked.`;
  const isSame = Object.entries(before).every(([key, value]) => Reflect.get(service, key) === value);
  return isSame ? undefined : 'the service is not as the plan expects';
}

function refuseFile({ files }: FakeState, change: FileChange): string | undefined {
  const file = files.get(change.path);
  if (file !== undefined && !isTextFile(file)) return `${change.path} is ${file.is}`;
  const unlike = 'the file is not as the plan expects';
  if (change.kind !== 'file.update') return file?.content === change.before ? undefined : unlike;
  if (file === undefined) return 'No such file or directory';
  const current: FilePermissions = { owner: 'root', group: 'root', ...file };
  const isSame = Object.entries(change.before).every(([key, value]) => Reflect.get(current, key) === value);
  return isSame ? undefined : unlike;
}
