import type { FileState, KernelModule, Platform, Service } from '../facts/index.ts';
import { moduleName } from '../facts/index.ts';
import type { PackageManager } from '../changes/package.ts';
import type { FakeState } from '../model/fake-state.ts';
import type { CommandResult, HostVars } from '../model/host.ts';
import type { Address, Link, Route, RoutingRule } from '../model/link.ts';
import { loopback } from './link-builders.ts';
import { centos7 } from './platforms.ts';

/** Initial state of a fake host. Members left out are as on a bare CentOS 7 host with root login. */
export interface FakeHostOptions<V = HostVars> {
  /** Name in the inventory. Default: `kvm1`. */
  readonly name?: string;
  /** Groups of the inventory. Default: none. */
  readonly groups?: readonly string[];
  /** Variables of the inventory. Default: none. */
  readonly vars?: V;
  /** Whether `exec` skips its commands. Default: `false`. */
  readonly checkMode?: boolean;
  /** Links besides the loopback, such as `ethernet('eno3')`. Default: none. */
  readonly links?: readonly Link[];
  readonly addresses?: readonly Address[];
  readonly routes?: readonly Route[];
  readonly rules?: readonly RoutingRule[];
  readonly leases?: FakeState['leases'];
  /** Drivers and PCI slots of NICs by name: `{ eno3: { driver: 'ixgbe', pci: '0000:01:00.0' } }`. Default: unknown. */
  readonly nics?: FakeState['nics'];
  /** Files by path: a content (owned by root, mode 0644), or a full description. Default: none. */
  readonly files?: Readonly<Record<string, string | FileState>>;
  /** Kernel settings by key, in addition to a few that every kernel has. */
  readonly sysctls?: Readonly<Record<string, string>>;
  /** Kernel modules by name, in addition to those of bonds, VLANs and bridges. All others are missing. */
  readonly modules?: Readonly<Record<string, KernelModule['state']>>;
  /** Versions of installed packages by name. Default: none. */
  readonly packages?: Readonly<Record<string, string>>;
  /** Installable packages by name. Default: every package, without services or files of its own. */
  readonly repository?: Readonly<Record<string, FakePackage>>;
  /** Default: `yum`. */
  readonly packageManager?: PackageManager;
  /** Services by name. Members left out mean running and enabled. Default: none. */
  readonly services?: Readonly<Record<string, Partial<Service>>>;
  /** Links activated by NetworkManager, which then runs. Default: none. */
  readonly managedLinks?: readonly string[];
  /** Differences from a CentOS 7 host. */
  readonly platform?: Partial<Platform>;
  /** Answers to facts of your own, by the fact's name. */
  readonly answers?: Readonly<Record<string, unknown>>;
  /** Returns the output of commands of `read`, `exec` and actions. Arguments of a program come quoted. Default: commands are an error. */
  readonly commands?: (command: string) => CommandResult;
}

/** A package that a fake host can install, and its files and services. */
export interface FakePackage {
  readonly version: string;
  readonly files?: FakeHostOptions['files'];
  readonly services?: FakeHostOptions['services'];
}

/** Returns the state after packages were installed. Existing files stay. */
export function withPackages(
  state: FakeState,
  names: readonly string[],
  repository: Readonly<Record<string, FakePackage>>,
): FakeState {
  const packages = names.flatMap((name) => repository[name] ?? []);
  const versions = names.map((name) => [name, repository[name]?.version ?? ''] as const);
  return {
    ...state,
    packages: { ...state.packages, installed: new Map([...state.packages.installed, ...versions]) },
    mayHaveMore: false,
    files: new Map([...packages.flatMap(({ files }) => toFiles(files)), ...state.files]),
    services: new Map([...packages.flatMap(({ services }) => toServices(services)), ...state.services]),
  };
}

/** Returns the initial state of a fake host. */
export function initialState<V>(options: FakeHostOptions<V>): FakeState {
  const {
    links = [],
    addresses = [],
    routes = [],
    rules = [],
    leases = [],
    nics = {},
    files = {},
    packages = {},
  } = options;
  const { packageManager: manager = 'yum', services = {} } = options;
  return {
    platform: platformOf(options),
    managedLinks: new Set(options.managedLinks),
    links: new Map([loopback, ...links].map((link) => [link.name, link])),
    addresses,
    routes,
    rules,
    leases,
    nics,
    files: new Map(toFiles(files)),
    sysctls: new Map(Object.entries({ ...everyKernel, ...options.sysctls })),
    modules: new Map(
      [...modulesOf(options)].map(([name, state]) => [name, { state, parameters: {}, uses: 0, links: [] }]),
    ),
    packages: { manager, installed: new Map(Object.entries(packages)) },
    mayHaveMore: false,
    services: new Map(toServices(services)),
  };
}

function platformOf<V>({ platform, managedLinks = [] }: FakeHostOptions<V>): FakeState['platform'] {
  const whole = { ...centos7, ...platform };
  if (managedLinks.length === 0 || whole.networkServices.includes('NetworkManager')) return whole;
  return { ...whole, networkServices: [...whole.networkServices, 'NetworkManager'] };
}

function toFiles(files: FakeHostOptions['files'] = {}): [string, FileState][] {
  return Object.entries(files).map(([path, file]) => [
    path,
    typeof file === 'string' ? { content: file, mode: 0o644, owner: 'root', group: 'root' } : file,
  ]);
}

function toServices(services: FakeHostOptions['services'] = {}): [string, Service][] {
  return Object.entries(services).map(([name, service]) => [
    name,
    { manager: 'systemd', existence: 'there', running: true, enabled: true, ...service },
  ]);
}

const everyKernel = {
  'kernel.hostname': 'kvm1',
  'net.ipv4.ip_forward': '0',
  'net.ipv4.conf.all.rp_filter': '0',
  'net.ipv4.conf.default.rp_filter': '1',
  'net.ipv6.conf.all.disable_ipv6': '0',
  'net.ipv6.conf.all.forwarding': '0',
  'vm.swappiness': '60',
};

function modulesOf<V>({ platform, modules = {} }: FakeHostOptions<V>): Map<string, KernelModule['state']> {
  const known = { ...centos7, ...platform }.modules;
  const own = Object.entries(known).map(
    ([name, state]) => [name, state === 'present' ? 'loaded' : state] as const,
  );
  return new Map<string, KernelModule['state']>([
    ...own,
    ['br_netfilter', 'loadable'],
    ...Object.entries(modules).map(([name, state]) => [moduleName(name), state] as const),
  ]);
}
