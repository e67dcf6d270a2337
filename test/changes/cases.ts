import fc from 'fast-check';
import type { Change } from '../../src/changes/index.ts';
import {
  addresses,
  filesFact,
  kernelModuleFact,
  links,
  packagesFact,
  routes,
  rules,
  serviceFact,
  sysctlFact,
} from '../../src/facts/index.ts';
import type { ConfigFile } from '../../src/model/config-file.ts';
import { initialBridgeOptions } from '../../src/model/kernel.ts';
import type { Address, Link, LinkSettings, PortSettings, Route, RoutingRule } from '../../src/model/link.ts';
import type { AnyFact } from '../../src/model/task.ts';

/** Any change of a kind, and what a host answers on which it can be made. */
export interface KindCase<C> {
  readonly change: fc.Arbitrary<C>;
  before(change: C): readonly (readonly [AnyFact, unknown])[];
}

/** Every kind has one, or this does not compile. */
export type KindCases = {
  readonly [K in Change['kind']]: KindCase<Extract<Change, { readonly kind: K }>>;
};

const linkName = fc.constantFrom('eno1', 'br0', 'bond0', 'br0.10');
const text = fc.string({ minLength: 1, maxLength: 8 });
const mac = fc.constantFrom('02:00:00:00:00:01', '52:54:00:ff:00:02');
const mtu = fc.constantFrom(1400, 1500, 9000);
const word = fc.constantFrom('libvirtd', 'chrony', 'a.b@c');
const path = fc.constantFrom('/etc/x', '/etc/sysconfig/network-scripts/ifcfg-br0');
const permissions = fc.record({ mode: fc.integer({ min: 0, max: 0o7777 }), owner: word, group: word });

const link: fc.Arbitrary<Link> = fc.record(
  {
    name: linkName,
    kind: fc.constantFrom('bond', 'bridge', 'vlan', 'tap', 'ethernet', 'other'),
    up: fc.boolean(),
    mtu,
    mac,
    macPinned: fc.boolean(),
    controller: fc.constant('br9'),
    vlan: fc.record(
      {
        parent: fc.constant('eno9'),
        id: fc.integer({ min: 1, max: 4094 }),
        protocol: fc.constant('802.1ad'),
        attributes: fc.constantFrom(['gvrp', 'on'], ['egress-qos-map', '0:5', '1:6']),
      },
      { requiredKeys: ['parent', 'id'] },
    ),
    vlans: fc.constantFrom([], ['1 pvid untagged', '20-22']),
    hasUnseenVlans: fc.boolean(),
    type: fc.constantFrom('macvtap', 'vxlan'),
    lower: fc.constant(['eno9']),
    options: fc.dictionary(fc.constantFrom('mode', 'miimon', 'stp_state'), fc.constantFrom('0', '1', '')),
  },
  { requiredKeys: ['name', 'kind', 'up', 'mtu', 'mac', 'macPinned'] },
);

const settings: fc.Arbitrary<LinkSettings> = fc.record(
  { up: fc.constant(true), mtu: fc.constant(1500), mac: fc.constant('02:00:00:00:00:01') },
  { requiredKeys: [] },
);

/** Other values of the same settings. */
function changed({ up, mtu: old, mac: was }: LinkSettings): LinkSettings {
  return {
    ...(up !== undefined && { up: !up }),
    ...(old !== undefined && { mtu: old - 100 }),
    ...(was !== undefined && { mac: '52:54:00:ff:00:02' }),
    options: { forward_delay: '200' },
  };
}

const address: fc.Arbitrary<Address> = fc.record(
  {
    link: linkName,
    address: fc.constantFrom('10.0.0.1/24', 'fd00::1/64'),
    broadcast: fc.constant('10.0.0.255'),
    scope: fc.constantFrom('link', 'global'),
    peer: fc.constantFrom('10.0.0.2/24', 'fd00::2/64'),
    label: fc.constant('eno1:0'),
    attributes: fc.constantFrom(['nodad'], ['metric', '50', 'noprefixroute']),
    unsettable: fc.constant('any'),
  },
  { requiredKeys: ['link', 'address'] },
);

const route: fc.Arbitrary<Route> = fc.record(
  {
    family: fc.constantFrom(4, 6),
    destination: fc.constantFrom('default', '10.0.0.0/8'),
    via: fc.constant('10.0.0.254'),
    link: linkName,
    source: fc.constant('10.0.0.1'),
    metric: fc.nat(),
    table: fc.constantFrom('7', 'main'),
    scope: fc.constant('link'),
    protocol: fc.constant('static'),
    onlink: fc.boolean(),
    type: fc.constant('blackhole'),
    nexthops: fc.array(
      fc.record(
        { via: fc.constant('10.0.0.253'), link: linkName, weight: fc.integer({ min: 2, max: 256 }) },
        { requiredKeys: [] },
      ),
      { minLength: 1, maxLength: 3 },
    ),
    attributes: fc.constantFrom(['tos', '0x10'], ['mtu', 'lock', '1400']),
    unsettable: fc.constant('encap'),
  },
  { requiredKeys: ['family', 'destination'] },
);

const rule: fc.Arbitrary<RoutingRule> = fc.record({
  family: fc.constantFrom(4, 6),
  priority: fc.integer({ min: 1, max: 32765 }),
  words: fc.constantFrom('from all iif eno1 lookup 100', 'from 10.0.0.0/8 fwmark 0x1/0xff lookup 7'),
});

const portSettings: fc.Arbitrary<PortSettings> = fc.record(
  {
    options: fc.constant({ isolated: 'on', priority: '3' }),
    vlans: fc.constantFrom([], ['10 pvid untagged', '20-22']),
    entries: fc.constant(['02:00:00:00:00:77 static vlan 10']),
  },
  { requiredKeys: [] },
);

const onBridge = {
  port: fc.constant('eno1'),
  controller: fc.constant('br0'),
  alone: fc.record({ up: fc.boolean(), mtu }),
};

function portChange<K extends 'port.add' | 'port.remove'>(
  kind: K,
): fc.Arbitrary<Extract<Change, { readonly kind: K }>> {
  return fc.oneof(
    fc.record({ kind: fc.constant(kind), ...onBridge, controllerKind: fc.constant('bond' as const) }),
    fc.record(
      {
        kind: fc.constant(kind),
        ...onBridge,
        controllerKind: fc.constant('bridge' as const),
        settings: portSettings,
      },
      { requiredKeys: ['kind', 'port', 'controller', 'alone', 'controllerKind'] },
    ),
  ) as fc.Arbitrary<Extract<Change, { readonly kind: K }>>;
}

const packages = {
  manager: fc.constantFrom('apt' as const, 'dnf' as const, 'yum' as const, 'zypper' as const),
  names: fc.uniqueArray(word, { minLength: 1 }),
};

const file = {
  path,
  mode: fc.integer({ min: 0, max: 0o7777 }),
  owner: word,
  group: word,
  secret: fc.boolean(),
};

function plainLink(name: string, more: Partial<Link> = {}): Link {
  return { name, kind: 'ethernet', up: true, mtu: 1500, mac: '02:00:00:00:00:01', macPinned: false, ...more };
}

function linksOf(...all: readonly Link[]): readonly [AnyFact, unknown] {
  return [links, new Map(all.map((one) => [one.name, one]))];
}

function fileAt(at: string, state: ConfigFile | undefined): readonly (readonly [AnyFact, unknown])[] {
  return [[filesFact([at]), new Map(state === undefined ? [] : [[at, state]])]];
}

function moduleIn(name: string, state: 'loaded' | 'loadable'): readonly (readonly [AnyFact, unknown])[] {
  return [[kernelModuleFact(name), { state, parameters: {}, uses: 0, links: [] }]];
}

export const kindCases: KindCases = {
  'link.create': {
    change: fc.record({ kind: fc.constant('link.create'), link }),
    before: () => [linksOf()],
  },
  'link.delete': {
    change: fc.record({ kind: fc.constant('link.delete'), link }),
    before: (change) => [linksOf(change.link), [addresses, []], [routes, []]],
  },
  'link.update': {
    change: settings.chain((before) =>
      fc.record({
        kind: fc.constant('link.update'),
        name: linkName,
        linkKind: fc.constant('bridge'),
        before: fc.constant({ ...before, options: { forward_delay: '1500' } }),
        after: fc.constant(changed(before)),
      }),
    ),
    before: ({ name, before: { options, ...rest } }) => [
      linksOf(plainLink(name, { kind: 'bridge', ...rest, options: { ...initialBridgeOptions, ...options } })),
    ],
  },
  'port.add': {
    change: portChange('port.add'),
    before: ({ alone, controllerKind }) => [
      linksOf(plainLink('eno1', alone), plainLink('br0', { kind: controllerKind })),
    ],
  },
  'port.remove': {
    change: portChange('port.remove'),
    // A bond gives its ports its own MTU, and a bridge leaves it to them.
    before: ({ controllerKind, alone, settings }) => [
      linksOf(
        plainLink('eno1', {
          controller: 'br0',
          mtu: controllerKind === 'bond' ? 1500 : alone.mtu,
          ...(settings && { port: settings }),
        }),
        plainLink('br0', { kind: controllerKind }),
      ),
    ],
  },
  'address.add': {
    change: fc.record({ kind: fc.constant('address.add'), address }),
    before: () => [[addresses, []]],
  },
  'address.delete': {
    change: fc.record({ kind: fc.constant('address.delete'), address }),
    before: (change) => [[addresses, [change.address]]],
  },
  'route.add': {
    change: fc.record({ kind: fc.constant('route.add'), route }),
    before: () => [[routes, []]],
  },
  'route.delete': {
    change: fc.record({ kind: fc.constant('route.delete'), route }),
    before: (change) => [[routes, [change.route]]],
  },
  'rule.add': {
    change: fc.record({ kind: fc.constant('rule.add'), rule }),
    before: () => [[rules, []]],
  },
  'rule.delete': {
    change: fc.record({ kind: fc.constant('rule.delete'), rule }),
    before: (change) => [[rules, [change.rule]]],
  },
  'module.load': {
    change: fc.record({
      kind: fc.constant('module.load'),
      name: word,
      parameters: fc.dictionary(word, text),
    }),
    before: ({ name }) => moduleIn(name, 'loadable'),
  },
  'module.unload': {
    change: fc.record({ kind: fc.constant('module.unload'), name: word }),
    before: ({ name }) => moduleIn(name, 'loaded'),
  },
  'sysctl.set': {
    change: fc.record({
      kind: fc.constant('sysctl.set'),
      key: fc.constantFrom('vm.swappiness', 'net.ipv4.conf.eno3/10.rp_filter'),
      before: fc.constant('0'),
      after: fc.constantFrom('1', '2'),
    }),
    before: ({ key, before }) => [[sysctlFact(key), before]],
  },
  'service.set': {
    change: fc.boolean().chain((is) =>
      fc.record({
        kind: fc.constant('service.set'),
        name: word,
        manager: fc.constantFrom('systemd', 'chkconfig', 'update-rc.d'),
        before: fc.constant({ running: is, enabled: is }),
        after: fc.constant({ running: !is, enabled: !is }),
      }),
    ),
    before: ({ name, manager, before }) => [
      [serviceFact(name), { existence: 'there', running: false, enabled: false, manager, ...before }],
    ],
  },
  'package.install': {
    change: fc.record({ kind: fc.constant('package.install'), ...packages }),
    before: ({ names, manager }) => [[packagesFact(names), { manager, installed: new Map() }]],
  },
  'package.remove': {
    change: fc.record({ kind: fc.constant('package.remove'), ...packages }),
    before: ({ names, manager }) => [
      [packagesFact(names), { manager, installed: new Map(names.map((name) => [name, '1'])) }],
    ],
  },
  'file.write': {
    change: fc.record(
      { kind: fc.constant('file.write'), ...file, before: fc.constant('old\n'), after: fc.constant('new\n') },
      { requiredKeys: ['kind', 'path', 'mode', 'after'] },
    ),
    before: (change) =>
      fileAt(change.path, change.before === undefined ? undefined : { content: change.before, mode: 0o644 }),
  },
  'file.update': {
    change: fc.record({
      kind: fc.constant('file.update'),
      path,
      before: permissions,
      after: fc.constant({ mode: 0o10000 - 1, owner: 'nobody', group: 'nogroup' }),
    }),
    before: (change) => fileAt(change.path, { content: '', mode: 0o644, ...change.before }),
  },
  'file.delete': {
    change: fc.record(
      { kind: fc.constant('file.delete'), ...file, before: text },
      { requiredKeys: ['kind', 'path', 'mode', 'before'] },
    ),
    before: (change) => fileAt(change.path, { content: change.before, mode: change.mode }),
  },
};
