import {
  type DefaultRoute,
  defaultRoutes,
  filesFact,
  type FileStates,
  isTextFile,
  type KernelModule,
  kernelModuleFact,
  moduleName,
  type Nic,
  type Nics,
  type Packages,
  packagesFact,
  type Platform,
  type Service,
  serviceFact,
  sysctlFact,
  sysctlSettingsIn,
} from '../facts/index.ts';
import type { Change } from '../model/change.ts';
import type { ConfigFile, ConfigFiles } from '../model/config-file.ts';
import { addressesAfter, linksAfter, routesAfter } from '../model/kernel.ts';
import type { Address, Links, Route } from '../model/link.ts';
import { sysctlsBroughtBy } from '../model/sysctl.ts';

/** Everything that a fake host is. */
export interface HostState {
  readonly links: Links;
  readonly addresses: readonly Address[];
  readonly routes: readonly Route[];
  readonly leases: readonly { readonly link: string; readonly address: string }[];
  /** What of NICs does not show in their links; by name. */
  readonly nics: Readonly<Record<string, Pick<Nic, 'driver' | 'pci'>>>;
  /** By path. */
  readonly files: FileStates;
  /** By key. */
  readonly sysctls: ReadonlyMap<string, string>;
  /** By name, as the kernel spells it. */
  readonly modules: ReadonlyMap<string, KernelModule>;
  readonly packages: Packages;
  /** A package was installed, and may have brought services that are not known here. */
  readonly mayHaveMore: boolean;
  /** By name. */
  readonly services: ReadonlyMap<string, Service>;
}

/** The state as it is once `change` is done, as the facts foretell it. */
export function stateAfter(state: HostState, change: Change): HostState {
  return {
    links: linksAfter(state.links, change),
    addresses: addressesAfter(state.addresses, change),
    routes: routesAfter(state.routes, change),
    leases: state.leases,
    nics: state.nics,
    files: 'path' in change ? filesFact([change.path]).after(state.files, change) : state.files,
    sysctls: sysctlsAfter(state.sysctls, change),
    modules: modulesAfter(state.modules, change),
    packages: 'names' in change ? packagesFact(change.names).after(state.packages, change) : state.packages,
    mayHaveMore: state.mayHaveMore || change.kind === 'package.install',
    services: servicesAfter(state.services, change),
  };
}

/** What a fact answers on a host of this state; undefined when it is no fact of kvmplay's own. */
export function answerOf(
  state: HostState,
  platform: Platform,
  fact: string,
): { readonly value: unknown } | undefined {
  const [kind = '', subject = ''] = fact.split(/ (.*)/);
  switch (kind) {
    case 'platform':
      return { value: platform };
    case 'links':
    case 'addresses':
    case 'routes':
    case 'leases':
      return { value: state[kind] };
    case 'nics':
      return { value: nicsOf(state) };
    case 'defaultRoutes':
      return { value: defaultRoutesOf(state) };
    case 'configFiles':
      return { value: textFilesOf(state) };
    case 'files':
      return { value: state.files };
    case 'sysctlSettings':
      return {
        value: [...state.files].flatMap(([path, file]) => sysctlSettingsIn(path, file.content ?? '')),
      };
    case 'sysctl':
      return { value: state.sysctls.get(subject) };
    case 'module':
      return { value: state.modules.get(subject) ?? noModule };
    case 'packages':
      return { value: state.packages };
    case 'service':
      return { value: serviceOf(state, subject) };
    default:
      return undefined;
  }
}

export function textFilesOf({ files }: Pick<HostState, 'files'>): ConfigFiles {
  return new Map([...files].filter((entry): entry is [string, ConfigFile] => isTextFile(entry[1])));
}

function nicsOf({ links, nics }: HostState): Nics {
  const ethernets = [...links.values()].filter(({ kind }) => kind === 'ethernet');
  return new Map(ethernets.map(({ name, mac }) => [name, { name, mac, ...nics[name] }]));
}

function defaultRoutesOf({ routes }: HostState): readonly DefaultRoute[] {
  return routes.reduce<readonly DefaultRoute[]>(
    (found, route) => defaultRoutes.after(found, { kind: 'route.add', route }),
    [],
  );
}

export const noModule: KernelModule = { state: 'missing', parameters: {}, uses: 0, links: [] };

const noService = { existence: 'missing', running: false, enabled: false } as const;

function sysctlsAfter(sysctls: HostState['sysctls'], change: Change): HostState['sysctls'] {
  if (change.kind === 'sysctl.set')
    return alter(sysctls, change.key, sysctlFact(change.key).after('', change));
  if (change.kind !== 'module.load' && change.kind !== 'module.unload') return sysctls;
  return sysctlsBroughtBy(change.name).reduce(
    (all, key) => alter(all, key, sysctlFact(key).after(all.get(key), change)),
    sysctls,
  );
}

function modulesAfter(modules: HostState['modules'], change: Change): HostState['modules'] {
  if (change.kind !== 'module.load' && change.kind !== 'module.unload') return modules;
  const name = moduleName(change.name);
  return alter(modules, name, kernelModuleFact(name).after(modules.get(name) ?? noModule, change));
}

/** A service as it is, or as a file that makes one lets it be expected. */
export function serviceOf({ services, files }: HostState, name: string): Service {
  const known = services.get(name) ?? [...services.values()].find(({ unit }) => unit === name);
  if (known !== undefined) return known;
  const fact = serviceFact(name);
  return [...files.keys()].reduce<Service>(
    (service, path) => fact.after(service, { kind: 'file.write', path, mode: 0o644, after: '' }),
    { manager: 'systemd', ...noService },
  );
}

function servicesAfter(services: HostState['services'], change: Change): HostState['services'] {
  if (change.kind !== 'service.set') return services;
  const { name, manager } = change;
  const isKnown = services.has(name) || [...services.values()].some(({ unit }) => unit === name);
  const all = isKnown ? services : alter(services, name, { manager, ...noService });
  return new Map([...all].map(([key, service]) => [key, serviceFact(key).after(service, change)]));
}

function alter<T>(map: ReadonlyMap<string, T>, key: string, value: T | undefined): ReadonlyMap<string, T> {
  const altered = new Map(map);
  if (value === undefined) altered.delete(key);
  else altered.set(key, value);
  return altered;
}
