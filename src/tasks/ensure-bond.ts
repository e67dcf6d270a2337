import { PlanError } from '../errors.ts';
import type { BondMode } from '../model/bond-options.ts';
import { portsOf, vlansOn } from '../model/kernel.ts';
import type { Link } from '../model/link.ts';
import { noAddressing } from './network/addressing.ts';
import {
  type BondSpec,
  bondSchema,
  declaredOptions,
  type DesiredBond,
  problemOfBond,
  problemOfMode,
} from './network/bond-input.ts';
import { initialOptions, isLegal, optionSteps, setOptions, wantedOptions } from './network/bond-options.ts';
import { warnOfBondInBridge } from './network/bond-warnings.ts';
import { defineTask } from './define-task.ts';
import { PlanBuilder } from './network/plan-builder.ts';
import { isBare, layer3Of, refuseSharedRoutes, whileDown, withdraw } from './network/layer3.ts';
import {
  deleteLink,
  describeKind,
  findOwn,
  freeNics,
  isGuestPort,
  joinPort,
  refuseTakenFrames,
  releasePort,
  warnOfLoss,
} from './network/link-changes.ts';
import { setMtu } from './network/mtu.ts';
import { networkFacts, type NetworkTask } from './network/network-facts.ts';
import { bondFileOptions, persistAlone } from './network/persisted-link.ts';

/** The result of `ensureBond`. */
export interface BondOutput {
  /** Name of the bond, for use as a port of a bridge or as parent of a VLAN. */
  readonly name: string;
}

/**
 * Ensures that NICs form a bond, in the kernel and in the files for the next boot.
 *
 * An existing bond is changed with as little disturbance as the kernel allows. Most options change while it works, and new ports join before old ones leave.
 * Only a new mode or `failOverMac` releases all ports for a moment. The bond stays a port of its bridge, and keeps its MAC and its VLANs.
 *
 * @example
 * await ensureBond(host, { name: 'bond6', mode: 'balance-alb', ports: ['eno4', 'eno5'] });
 *
 * @example
 * await ensureBond(host, { name: 'bond0', mode: 4, ports: ['eno1', 'eno2'], lacpRate: 'fast', xmitHashPolicy: 'layer3+4' });
 *
 * @throws TaskInputError when a field is wrong, or an option does not fit the mode.
 * @throws PlanError when a port does not exist, is not a NIC, is a port of another link, carries VLANs or has its address from DHCP, or when the kernel
 * lacks bonding.
 * @see Linux, Documentation/networking/bonding.rst; drivers/net/bonding/bond_options.c for what may change when.
 */
export const ensureBond: NetworkTask<DesiredBond, BondSpec, BondOutput> = defineTask({
  name: 'ensureBond',
  schema: bondSchema,
  check: problemOfBond,
  facts: networkFacts,
  subject: ({ name }) => name,
  plan: (desired, facts, host) => {
    const draft = new PlanBuilder(facts, host);
    if (desired.state === 'absent') planAbsent(draft, desired.name);
    else planPresent(draft, desired);
    return draft.finish();
  },
  output: ({ name }) => ({ name }),
});

function planPresent(draft: PlanBuilder, desired: BondSpec): void {
  const { name } = desired;
  draft.requireModule('bonding', { max_bonds: '0' });
  const present = findOwn(draft, name, 'bond');
  const mode = desired.mode ?? (present?.options?.['mode'] as BondMode | undefined) ?? 'active-backup';
  const problem = problemOfMode(desired, mode);
  if (problem !== undefined) throw new PlanError(`${name}: ${problem}`);
  const ports = desired.ports?.map((port) => checkPort(draft, port, name));
  const leaving = leavingPorts(draft, desired);

  if (present === undefined) create(draft, desired, mode);
  else alter(draft, desired, { mode, leaving });
  alignPorts(draft, desired, leaving);
  draft.update(name, { up: true });
  alignPrimary(draft, desired, mode);

  warnOfNoMonitoring(draft, name);
  warnOfBondInBridge(draft, name, draft.link(name).controller);
  persist(draft, desired, { ports: ports ?? [], leaving });
}

function checkPort(draft: PlanBuilder, name: string, bond: string): Link {
  const port = draft.findLink(name);
  if (port === undefined) {
    throw new PlanError(`port ${name} of ${bond} does not exist: free NICs here are ${freeNics(draft)}`);
  }
  if (port.controller === bond) return port;
  if (port.controller !== undefined)
    throw new PlanError(`port ${name} of ${bond} is a port of ${port.controller} already`);
  if (port.kind !== 'ethernet')
    throw new PlanError(`port ${name} of ${bond} is ${describeKind(port)}, it should be a NIC`);
  if (isGuestPort(port))
    throw new PlanError(`port ${name} of ${bond} belongs to a guest, it should be a NIC of the host`);
  refuseTakenFrames(draft, name, bond);
  const [vlan] = vlansOn(draft.facts.links, name);
  if (vlan !== undefined) {
    throw new PlanError(
      `port ${name} of ${bond} carries ${vlan.name}, which should be on the bond: remove it first`,
    );
  }
  const lease = draft.facts.leases.find(({ link }) => link === name);
  if (lease !== undefined) {
    throw new PlanError(
      `port ${name} of ${bond} has ${lease.address} from DHCP: its DHCP client should be stopped first`,
    );
  }
  return port;
}

function leavingPorts(draft: PlanBuilder, { name, ports, exact }: BondSpec): readonly string[] {
  if (ports === undefined || !exact) return [];
  const current = portsOf(draft.facts.links, name).map((port) => port.name);
  return current.filter((port) => !ports.includes(port));
}

function create(draft: PlanBuilder, desired: BondSpec, mode: BondMode): void {
  const [first] = desired.ports ?? [];
  // With a MAC of its own, VLANs and bridges on the bond keep theirs when ports come and go.
  const mac = desired.mac ?? (first === undefined ? undefined : draft.link(first).mac);
  draft.add({
    kind: 'link.create',
    link: {
      name: desired.name,
      kind: 'bond',
      up: false,
      mtu: desired.mtu ?? 1500,
      mac: mac ?? '',
      macPinned: mac !== undefined,
      options: initialOptions(desired, mode),
    },
  });
}

interface Alteration {
  readonly mode: BondMode;
  readonly leaving: readonly string[];
}

function alter(draft: PlanBuilder, desired: BondSpec, { mode, leaving }: Alteration): void {
  const { name } = desired;
  if (desired.mac !== undefined) draft.update(name, { mac: desired.mac });
  if (desired.mtu !== undefined) setMtu(draft, name, desired.mtu);

  const current = draft.link(name).options ?? {};
  const { first, whenDown, withoutPorts } = optionSteps(current, wantedOptions(desired, mode));
  if (withoutPorts.length > 0) setPrimary(draft, name, '');
  for (const options of first) setOptions(draft, name, options);
  if (Object.keys(whenDown).length > 0) whileDown(draft, name, () => setOptions(draft, name, whenDown));
  if (withoutPorts.length > 0) {
    whileDown(draft, name, () => {
      withoutPortsOf(draft, name, leaving, () => {
        for (const options of withoutPorts) setOptions(draft, name, options);
      });
    });
  }
  pinMacForFirstPort(draft, desired);
}

/** A bond without ports gets the MAC of its first port, like a new bond. Otherwise a rollback would end with a random MAC. */
function pinMacForFirstPort(draft: PlanBuilder, { name, ports: [first] = [] }: BondSpec): void {
  const { mac, macPinned } = draft.link(name);
  if (first === undefined || portsOf(draft.facts.links, name).length > 0) return;
  draft.pinMac(name, macPinned ? mac : draft.link(first).mac);
}

/** When the last port leaves, the kernel gives the bond a random MAC, even if the MAC was pinned. This holds for the uses below, too. */
function withoutPortsOf(draft: PlanBuilder, name: string, leaving: readonly string[], act: () => void): void {
  const { mac } = draft.link(name);
  const ports = portsOf(draft.facts.links, name);
  for (const port of ports) {
    if (leaving.includes(port.name)) releasePort(draft, port.name);
    else removeForNow(draft, port, name);
  }
  if (ports.length > 0) draft.pinMac(name, mac);
  act();
  for (const port of ports) if (!leaving.includes(port.name)) joinPort(draft, port.name, name);
}

function removeForNow(draft: PlanBuilder, { name: port, mtu }: Link, controller: string): void {
  draft.add({ kind: 'port.remove', port, controller, controllerKind: 'bond', alone: { up: false, mtu } });
}

function alignPorts(draft: PlanBuilder, { name, ports = [] }: BondSpec, leaving: readonly string[]): void {
  for (const port of ports) {
    if (draft.link(port).controller !== name) {
      withdrawFromPort(draft, port, name);
      joinPort(draft, port, name);
    }
    draft.update(port, { up: true });
  }
  const { mac } = draft.link(name);
  for (const port of leaving) {
    if (draft.link(port).controller !== name) continue;
    if (draft.link(name).options?.['primary'] === port) setPrimary(draft, name, '');
    releasePort(draft, port);
  }
  if (leaving.length > 0 && portsOf(draft.facts.links, name).length === 0) draft.pinMac(name, mac);
}

function withdrawFromPort(draft: PlanBuilder, port: string, bond: string): void {
  const layer3 = layer3Of(draft, port);
  if (isBare(layer3)) return;
  refuseSharedRoutes(layer3);
  const addresses = layer3.addresses.map(({ address }) => address).join(', ') || 'its routes';
  draft.warn(`${port} loses ${addresses}, since it becomes a port of ${bond}`);
  withdraw(draft, layer3);
}

function alignPrimary(draft: PlanBuilder, { name, primary }: BondSpec, mode: BondMode): void {
  if (primary === undefined || !isLegal('primary', mode)) return;
  if (draft.findLink(primary)?.controller !== name) {
    throw new PlanError(`primary of ${name} is ${primary}, it should be one of its ports`);
  }
  setPrimary(draft, name, primary);
}

function setPrimary(draft: PlanBuilder, name: string, primary: string): void {
  setOptions(draft, name, { primary });
}

function warnOfNoMonitoring(draft: PlanBuilder, name: string): void {
  const { miimon, arp_interval: arpInterval } = draft.link(name).options ?? {};
  if (miimon === '0' && (arpInterval ?? '0') === '0') {
    draft.warn(`${name} does not notice when a port fails, since miimon and arpInterval are 0`);
  }
}

function persist(
  draft: PlanBuilder,
  desired: BondSpec,
  { ports, leaving }: { ports: readonly Link[]; leaving: readonly string[] },
): void {
  const { name } = desired;
  draft.persist({
    ...draft.present(name),
    options: bondFileOptions(draft.link(name).options ?? {}, Object.keys(declaredOptions(desired))),
    ...(desired.mtu !== undefined && { mtu: desired.mtu }),
    ...(desired.mac !== undefined && { mac: desired.mac }),
  });
  for (const port of ports) {
    draft.persist({
      ...draft.present(port.name),
      controller: { name, kind: 'bond' },
      addressing: noAddressing,
    });
  }
  for (const port of leaving) persistAlone(draft, port);
}

function planAbsent(draft: PlanBuilder, name: string): void {
  const bond = findOwn(draft, name, 'bond');
  if (bond === undefined) {
    draft.persist({ state: 'absent', name, kind: 'bond' });
    return;
  }
  const ports = portsOf(draft.facts.links, name);
  warnOfLoss(draft, name);
  setPrimary(draft, name, '');
  for (const { name: gone, kind } of deleteLink(draft, name))
    draft.persist({ state: 'absent', name: gone, kind });
  for (const port of ports) persistAlone(draft, port.name);
}
