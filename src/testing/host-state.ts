import {
  filesFact,
  isTextFile,
  kernelModuleFact,
  moduleName,
  packagesFact,
  serviceFact,
  sysctlFact,
} from '../facts/index.ts';
import type { Change } from '../model/change.ts';
import type { ConfigFile, ConfigFiles } from '../model/config-file.ts';
import type { FakeState } from '../model/fake-state.ts';
import { addressesAfter, linksAfter, routesAfter, rulesAfter } from '../model/kernel.ts';
import { noModule } from '../model/kernel-module.ts';
import { sysctlsBroughtBy } from '../model/sysctl.ts';

/** Returns the state after `change`, as the facts predict it. */
export function stateAfter(state: FakeState, change: Change): FakeState {
  return {
    ...state,
    links: linksAfter(state.links, change),
    addresses: addressesAfter(state.addresses, change),
    routes: routesAfter(state.routes, change),
    rules: rulesAfter(state.rules, change),
    files: 'path' in change ? filesFact([change.path]).after(state.files, change) : state.files,
    sysctls: sysctlsAfter(state.sysctls, change),
    modules: modulesAfter(state.modules, change),
    packages: 'names' in change ? packagesFact(change.names).after(state.packages, change) : state.packages,
    mayHaveMore: state.mayHaveMore || change.kind === 'package.install',
    services: servicesAfter(state.services, change),
  };
}

export function textFilesOf({ files }: Pick<FakeState, 'files'>): ConfigFiles {
  return new Map([...files].filter((entry): entry is [string, ConfigFile] => isTextFile(entry[1])));
}

function sysctlsAfter(sysctls: FakeState['sysctls'], change: Change): FakeState['sysctls'] {
  if (change.kind === 'sysctl.set')
    return alter(sysctls, change.key, sysctlFact(change.key).after('', change));
  if (change.kind !== 'module.load' && change.kind !== 'module.unload') return sysctls;
  return sysctlsBroughtBy(change.name).reduce(
    (all, key) => alter(all, key, sysctlFact(key).after(all.get(key), change)),
    sysctls,
  );
}

function modulesAfter(modules: FakeState['modules'], change: Change): FakeState['modules'] {
  if (change.kind !== 'module.load' && change.kind !== 'module.unload') return modules;
  const name = moduleName(change.name);
  return alter(modules, name, kernelModuleFact(name).after(modules.get(name) ?? noModule, change));
}

function servicesAfter(services: FakeState['services'], change: Change): FakeState['services'] {
  if (change.kind !== 'service.set') return services;
  const { name, manager } = change;
  const isKnown = services.has(name) || [...services.values()].some(({ unit }) => unit === name);
  const all = isKnown
    ? services
    : alter(services, name, { manager, existence: 'missing', running: false, enabled: false });
  return new Map([...all].map(([key, service]) => [key, serviceFact(key).after(service, change)]));
}

function alter<T>(map: ReadonlyMap<string, T>, key: string, value: T | undefined): ReadonlyMap<string, T> {
  const altered = new Map(map);
  if (value === undefined) altered.delete(key);
  else altered.set(key, value);
  return altered;
}
