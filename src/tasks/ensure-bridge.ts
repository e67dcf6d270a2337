import type * as z from 'zod';
import { PlanError } from '../errors.ts';
import type { Link, LinkOptions } from '../model/link.ts';
import { addressingFields, type DesiredAddressing, problemOfAddressing } from './network/addressing-input.ts';
import { addAddressing, noAddressing } from './network/addressing.ts';
import { pick } from './network/bond-options.ts';
import { warnOfBondInBridge } from './network/bond-warnings.ts';
import { planAbsentBridge } from './network/bridge-absent.ts';
import { bridgeAddressing } from './network/bridge-files.ts';
import { checkBridgePort, joinBridge, leaveBridge, raisePortMtu } from './network/bridge-ports.ts';
import { defineTask } from './define-task.ts';
import { PlanBuilder } from './network/plan-builder.ts';
import {
  fields,
  flag,
  linkName,
  listOf,
  mac,
  matching,
  mtu,
  type Shape,
  state,
  wholeNumber,
} from './input/input.ts';
import { type Layer3, layer3Of, refuseSharedRoutes, restore, withdraw } from './network/layer3.ts';
import { findOwn, isGuestPort } from './network/link-changes.ts';
import { setMtu } from './network/mtu.ts';
import { problemOfLength, problemOfNewName, shorterName } from './network/names.ts';
import { networkFacts, type NetworkTask } from './network/network-facts.ts';
import { bridgeFileOptions, isMomentary, persistAlone, whole } from './network/persisted-link.ts';

/** Desired state of a bridge. */
export interface DesiredBridge extends DesiredAddressing {
  /** Name of the bridge, at most 15 letters, digits, `-` and `_`. */
  readonly name: string;
  /** `absent` removes the bridge and the VLANs on it; its ports stay, up and free. Default: `present`. */
  readonly state?: 'present' | 'absent' | undefined;
  /** NICs, bonds, VLANs or taps that become ports. Ports that are not named stay. Default: none. */
  readonly ports?: readonly string[] | undefined;
  /** Whether ports that are not named are removed; a guest's tap always stays. Default: `false`. */
  readonly exact?: boolean | undefined;
  /**
   * The port whose addresses, routes, gateway and DNS servers move to the bridge, in the kernel and in the files. With `state: 'absent'` they move from the
   * bridge to this port. Default: none.
   */
  readonly takeover?: string | undefined;
  /** Whether the spanning tree protocol is on. A new port then forwards nothing for twice the forward delay. Default: `false`. */
  readonly stp?: boolean | undefined;
  /** Forward delay in seconds, 2 to 30 with STP, 0 to 30 without. Default: 15 with STP, 0 without. */
  readonly forwardDelay?: number | undefined;
  /** Priority in the election of the root bridge, 0 to 65535; the lowest wins. Default: unchanged; the kernel's is 32768. */
  readonly priority?: number | undefined;
  /** Seconds for which a silent MAC is remembered, 0 to 1000000. Default: unchanged; the kernel's is 300. */
  readonly ageing?: number | undefined;
  /** MAC address. Default: that of `takeover`, else of the first port that is not a tap. Once set it stays. */
  readonly mac?: string | undefined;
  /** Largest payload in bytes, 68 to 65535. The MTU of NICs below the bridge is raised to it. Default: the smallest of the ports. */
  readonly mtu?: number | undefined;
}

/** The result of `ensureBridge`. */
export interface BridgeOutput {
  /** Name of the bridge, for use as parent of a VLAN or for guests. */
  readonly name: string;
}

const schema = fields({
  name: matching('a name', (value) => value !== ''),
  state,
  ports: listOf(linkName, 'names of links').default([]),
  exact: flag.default(false),
  takeover: linkName.optional(),
  stp: flag.default(false),
  forwardDelay: wholeNumber(0, 30).optional(),
  priority: wholeNumber(0, 65535).optional(),
  ageing: wholeNumber(0, 1_000_000).optional(),
  mac: mac.optional(),
  mtu: mtu.optional(),
  ...addressingFields,
} satisfies Shape<DesiredBridge>);

export type BridgeSpec = z.output<typeof schema>;

/**
 * Ensures that a bridge connects links, in the kernel and in the files for the next boot.
 *
 * The MAC is pinned to that of the uplink, so a guest's tap cannot change it. Ports that are not named stay unless `exact` is set, and a guest's tap is
 * never removed. With `takeover` the bridge takes over the addresses of a NIC, even of the one that carries the SSH session.
 *
 * @example
 * await ensureBridge(host, { name: 'breno3', takeover: 'eno3' });
 *
 * @example
 * await ensureBridge(host, { name: 'br0', ports: ['eno1'], addresses: ['10.128.1.10/24'], gateway: '10.128.1.1' });
 *
 * @throws TaskInputError when a field is wrong, such as a forward delay that STP does not allow.
 * @throws PlanError when a port does not exist, is a port of another link or has addresses without `takeover`, when the bridge to be removed has ports of
 * guests, or when the kernel lacks bridges.
 * @see Linux, Documentation/networking/bridge.rst; net/bridge/br_if.c and br_stp.c for the limits.
 */
export const ensureBridge: NetworkTask<DesiredBridge, BridgeSpec, BridgeOutput> = defineTask({
  name: 'ensureBridge',
  schema,
  check,
  facts: networkFacts,
  subject: ({ name }) => name,
  plan: (desired, facts, host) => {
    const draft = new PlanBuilder(facts, host);
    if (desired.state === 'absent') planAbsentBridge(draft, desired);
    else planPresent(draft, desired);
    return draft.finish();
  },
  output: ({ name }) => ({ name }),
});

function check(desired: BridgeSpec): string | undefined {
  const { name, ports, takeover, stp, forwardDelay } = desired;
  if (desired.state === 'absent') return undefined;
  if (ports.includes(name) || takeover === name) return 'a bridge cannot be a port of itself';
  if (stp && forwardDelay !== undefined && forwardDelay < 2) {
    return `forwardDelay is ${forwardDelay}, it should be 2 to 30 with STP`;
  }
  return (
    problemOfLength(name, shorterName(name)) ??
    problemOfNewName(name, 'bridge') ??
    problemOfAddressing(desired)
  );
}

function planPresent(draft: PlanBuilder, desired: BridgeSpec): void {
  const { name } = desired;
  draft.requireModule('bridge');
  const present = findOwn(draft, name, 'bridge');
  const ports = portNames(desired).map((port) => checkBridgePort(draft, port, name));
  const taken = takenFromPorts(draft, desired, ports);
  const addressing = bridgeAddressing(draft, desired);

  if (present === undefined) create(draft, desired, ports);
  else alignMac(draft, desired, { bridge: present, ports });
  draft.update(name, { up: true, options: settableOptions(draft.link(name), desired) });
  for (const { layer3 } of taken) withdraw(draft, layer3);
  for (const port of ports) {
    if (desired.mtu !== undefined) raisePortMtu(draft, port.name, { bridge: name, mtu: desired.mtu });
    joinBridge(draft, port.name, name);
  }
  const left = desired.exact ? leaveBridge(draft, name, ports) : [];
  if (desired.mtu !== undefined) setMtu(draft, name, desired.mtu);
  moveAddresses(draft, desired, taken);
  addAddressing(draft, name, desired);

  warn(draft, desired, ports);
  draft.persist({
    ...draft.present(name),
    options: bridgeFileOptions(draft.link(name).options ?? {}, bridgeOptions(desired)),
    mac: draft.link(name).macPinned ? draft.link(name).mac : null,
    ...(desired.mtu !== undefined && { mtu: desired.mtu }),
    ...(addressing !== undefined && { addressing }),
  });
  for (const port of ports) persistPort(draft, desired, port);
  for (const port of left) persistAlone(draft, port);
}

/** The port of `takeover` need not be listed. */
function portNames({ ports, takeover }: BridgeSpec): readonly string[] {
  return takeover === undefined || ports.includes(takeover) ? ports : [takeover, ...ports];
}

interface Taken {
  readonly port: string;
  readonly layer3: Layer3;
}

/** Returns the layer 3 settings of ports, which ports must not have. */
function takenFromPorts(draft: PlanBuilder, desired: BridgeSpec, ports: readonly Link[]): readonly Taken[] {
  const taken = ports
    .map(({ name: port }) => ({ port, layer3: layer3Of(draft, port) }))
    .filter(
      ({ layer3: { addresses, routes, rules } }) => addresses.length + routes.length + rules.length > 0,
    );
  const orphan = taken.find(({ port }) => port !== desired.takeover);
  if (orphan !== undefined && desired.addresses === undefined) {
    const { layer3 } = orphan;
    const addresses =
      layer3.addresses.map(({ address }) => address).join(', ') ||
      (layer3.routes.length > 0 ? 'routes' : 'routing rules');
    throw new PlanError(
      `port ${orphan.port} of ${desired.name} has ${addresses}, which would be lost: takeover: '${orphan.port}' gives it to the bridge`,
    );
  }
  return taken;
}

function create(draft: PlanBuilder, desired: BridgeSpec, ports: readonly Link[]): void {
  const uplink = uplinkMac(desired, ports);
  draft.add({
    kind: 'link.create',
    link: {
      name: desired.name,
      kind: 'bridge',
      up: true,
      // Some kernels refuse an MTU above 1500 for a bridge without ports.
      mtu: 1500,
      mac: uplink ?? '',
      macPinned: uplink !== undefined,
      options: bridgeOptions(desired),
    },
  });
}

function alignMac(
  draft: PlanBuilder,
  desired: BridgeSpec,
  { bridge, ports }: { bridge: Link; ports: readonly Link[] },
): void {
  if (bridge.macPinned && desired.mac === undefined) return;
  const wanted = uplinkMac(desired, ports);
  if (wanted === undefined || (bridge.macPinned && bridge.mac === wanted)) return;
  draft.pinMac(desired.name, wanted);
}

/** A bridge without a set MAC takes the lowest of its ports, and changes it when ports come and go (hazard 16). */
function uplinkMac(desired: BridgeSpec, ports: readonly Link[]): string | undefined {
  if (desired.mac !== undefined) return desired.mac;
  const uplink =
    ports.find(({ name }) => name === desired.takeover) ?? ports.find((port) => !isGuestPort(port));
  return uplink?.mac === '' ? undefined : uplink?.mac;
}

/** sysfs has times in hundredths of a second. */
function bridgeOptions({ stp, forwardDelay, priority, ageing }: BridgeSpec): Record<string, string> {
  return {
    stp_state: stp ? '1' : '0',
    forward_delay: String((forwardDelay ?? (stp ? 15 : 0)) * 100),
    ...(priority !== undefined && { priority: String(priority) }),
    ...(ageing !== undefined && { ageing_time: String(ageing * 100) }),
  };
}

function moveAddresses(draft: PlanBuilder, desired: BridgeSpec, taken: readonly Taken[]): void {
  for (const { port, layer3 } of taken) {
    if (port === desired.takeover) restore(draft, layer3, desired.name);
    else warnOfLoss(draft, desired, { port, layer3 });
  }
}

function settableOptions({ options = {} }: Link, desired: BridgeSpec): LinkOptions {
  const wanted = bridgeOptions(desired);
  const isSettled = wanted['stp_state'] === options['stp_state'];
  return pick(wanted, (option) => !(isSettled && isMomentary(options, option)));
}

function warnOfLoss(
  draft: PlanBuilder,
  { name, addresses = [], gateway }: BridgeSpec,
  { port, layer3 }: Taken,
): void {
  const lostAddresses = layer3.addresses
    .map(({ address }) => address)
    .filter((address) => !addresses.includes(address));
  refuseSharedRoutes(layer3);
  const lostRoutes = layer3.routes
    .filter(({ via }) => via !== gateway)
    .map(({ destination }) => `route ${destination}`);
  const lost = [...lostAddresses, ...lostRoutes];
  if (lost.length > 0) draft.warn(`${port} loses ${lost.join(', ')}, since it becomes a port of ${name}`);
}

function warn(
  draft: PlanBuilder,
  { name, stp, mtu: wanted, takeover }: BridgeSpec,
  ports: readonly Link[],
): void {
  for (const port of ports) warnOfBondInBridge(draft, port.name, name);
  if (stp && takeover !== undefined) {
    const delay = Number(draft.link(name).options?.['forward_delay'] ?? 0) / 100;
    draft.warn(
      `${name} forwards nothing for ${2 * delay} s because of STP: the confirm timeout should be longer`,
    );
  }
  for (const port of draft.facts.links.values()) {
    if (port.controller !== name || wanted === undefined || port.mtu >= wanted) continue;
    draft.warn(
      `${port.name} has mtu ${port.mtu}, below the ${wanted} of its bridge ${name}: larger frames do not reach it`,
    );
  }
}

/** A guest's tap is configured by the guest's own definition. */
function persistPort(draft: PlanBuilder, { name, mtu: wanted }: BridgeSpec, port: Link): void {
  if (isGuestPort(port) || port.kind === 'other') return;
  draft.persist({
    ...whole(draft, port.name),
    controller: { name, kind: 'bridge' },
    addressing: noAddressing,
    ...(wanted !== undefined && port.kind === 'ethernet' && { mtu: draft.link(port.name).mtu }),
  });
}
