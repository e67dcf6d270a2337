import type * as z from 'zod';
import { PlanError } from '../errors.ts';
import { vlansOn } from '../model/kernel.ts';
import type { Link } from '../model/link.ts';
import { defineTask } from './define-task.ts';
import { PlanBuilder } from './network/plan-builder.ts';
import { fields, linkName, mac, matching, mtu, type Shape, state, wholeNumber } from './input/input.ts';
import { layer3Of, restore } from './network/layer3.ts';
import { deleteLink, describeKind, findOwn, freeNics, joinPort, warnOfLoss } from './network/link-changes.ts';
import { setMtu } from './network/mtu.ts';
import { defaultVlanName, problemOfLength, problemOfNewName, shorterVlanName } from './network/names.ts';
import { networkFacts, type NetworkTask } from './network/network-facts.ts';

/** Desired state of a VLAN. */
export interface DesiredVlan {
  /** The link that carries the tagged frames: a NIC, a bond or a bridge. */
  readonly parent: string;
  /** 802.1Q id, 1 to 4094. */
  readonly id: number;
  /** Name of the VLAN's own link, at most 15 bytes. Default: `parent.id`, such as `br6.10`. */
  readonly name?: string | undefined;
  /** `absent` removes the VLAN. Default: `present`. */
  readonly state?: 'present' | 'absent' | undefined;
  /** Largest payload in bytes, 68 up to the parent's. Default: the parent's. */
  readonly mtu?: number | undefined;
  /** MAC address. Default: the parent's. */
  readonly mac?: string | undefined;
}

/** The result of `ensureVlan`. */
export interface VlanOutput {
  /** Name of the VLAN's link, for use as a port of a bridge. */
  readonly name: string;
}

const schema = fields({
  parent: linkName,
  id: wholeNumber(1, 4094),
  name: matching('a name', (value) => value !== '').optional(),
  state,
  mtu: mtu.optional(),
  mac: mac.optional(),
} satisfies Shape<DesiredVlan>);

type VlanSpec = z.output<typeof schema>;

/**
 * Ensures that a link carries a VLAN, in the kernel and in the files for the next boot.
 *
 * Parent and id identify a VLAN, whatever its name. The kernel cannot move a VLAN: one with the wanted name but another parent or id is deleted and created
 * again. It keeps its addresses, its routes and its place in a bridge.
 *
 * @example
 * const vlan = await ensureVlan(host, { parent: 'eno5', id: 10 });
 * await ensureBridge(host, { name: 'brvlan-10', ports: [vlan.output.name] });
 *
 * @throws TaskInputError when a field is wrong, such as an id outside 1 to 4094 or a name of more than 15 bytes.
 * @throws PlanError when the parent does not exist, is a port of a bond or is a VLAN itself, when another link has the id on the same parent, or when the
 * MTU is above the parent's.
 * @see Linux, net/8021q/vlan.c and vlan_netlink.c; IEEE 802.1Q for the ids.
 */
export const ensureVlan: NetworkTask<DesiredVlan, VlanSpec, VlanOutput> = defineTask({
  name: 'ensureVlan',
  schema,
  check,
  facts: networkFacts,
  subject: nameOf,
  plan: (desired, facts, host) => {
    const draft = new PlanBuilder(facts, host);
    if (desired.state === 'absent') planAbsent(draft, desired);
    else planPresent(draft, desired);
    return draft.finish();
  },
  output: (desired) => ({ name: nameOf(desired) }),
});

function nameOf({ parent, id, name }: VlanSpec): string {
  return name ?? defaultVlanName(parent, id);
}

function check(desired: VlanSpec): string | undefined {
  const name = nameOf(desired);
  if (name === desired.parent) return `name is ${name}, it should differ from that of the parent`;
  const tooLong = problemOfLength(name, shorterVlanName(desired.parent, desired.id));
  return tooLong ?? (desired.state === 'present' ? problemOfNewName(name, 'VLAN') : undefined);
}

function planPresent(draft: PlanBuilder, desired: VlanSpec): void {
  const name = nameOf(desired);
  const parent = checkParent(draft, desired);
  checkMtu(desired, parent);
  draft.requireModule('8021q');

  refuseOtherName(draft, desired);
  const held = findOwn(draft, name, 'vlan');
  if (held !== undefined) refuseOtherProtocol(held);
  draft.update(parent.name, { up: true });
  if (held === undefined) create(draft, desired, parent);
  else if (isAt(held, desired)) align(draft, desired, parent);
  else move(draft, desired, held);

  warnOfStolenFrames(draft, desired);
  persist(draft, desired);
}

function checkParent(draft: PlanBuilder, { parent: name, id }: VlanSpec): Link {
  const parent = draft.findLink(name);
  if (parent === undefined) {
    throw new PlanError(`parent ${name} of VLAN ${id} does not exist: free NICs here are ${freeNics(draft)}`);
  }
  if (!['ethernet', 'bond', 'bridge', 'other'].includes(parent.kind)) {
    throw new PlanError(
      `parent ${name} of VLAN ${id} is ${describeKind(parent)}, it should be a NIC, a bond or a bridge`,
    );
  }
  const controller = parent.controller === undefined ? undefined : draft.findLink(parent.controller);
  if (controller?.kind === 'bond') {
    throw new PlanError(
      `parent ${name} of VLAN ${id} is a port of ${controller.name}: the VLAN belongs on the bond`,
    );
  }
  return parent;
}

function checkMtu({ parent: name, id, mtu: wanted }: VlanSpec, parent: Link): void {
  if (wanted === undefined || wanted <= parent.mtu) return;
  throw new PlanError(
    `mtu of VLAN ${id} is ${wanted}, it should be at most ${parent.mtu}, that of its parent ${name}`,
  );
}

function refuseOtherName(draft: PlanBuilder, desired: VlanSpec): void {
  const other = findAt(draft, desired);
  if (other === undefined || other.name === nameOf(desired)) return;
  throw new PlanError(
    `VLAN ${desired.id} on ${desired.parent} exists as ${other.name}, not as ${nameOf(desired)}`,
  );
}

function findAt(draft: PlanBuilder, { parent, id }: VlanSpec): Link | undefined {
  return vlansOn(draft.facts.links, parent).find((link) => isAt(link, { parent, id }));
}

/** A link may carry an 802.1ad VLAN of the same id, too. */
function isAt({ vlan }: Link, { parent, id }: Pick<VlanSpec, 'parent' | 'id'>): boolean {
  return vlan?.parent === parent && vlan.id === id && vlan.protocol === undefined;
}

function refuseOtherProtocol({ name, vlan }: Link): void {
  if (vlan?.protocol === undefined) return;
  throw new PlanError(`${name} is an ${vlan.protocol} VLAN, it should be an 802.1Q VLAN`);
}

function create(draft: PlanBuilder, desired: VlanSpec, parent: Link, attributes?: readonly string[]): void {
  draft.add({
    kind: 'link.create',
    link: {
      name: nameOf(desired),
      kind: 'vlan',
      up: true,
      mtu: desired.mtu ?? parent.mtu,
      mac: desired.mac ?? parent.mac,
      macPinned: desired.mac !== undefined,
      vlan: { parent: desired.parent, id: desired.id, ...(attributes !== undefined && { attributes }) },
    },
  });
}

/** A VLAN created before its bond had a port keeps the random MAC of that time (hazard 30). */
function align(draft: PlanBuilder, desired: VlanSpec, parent: Link): void {
  const name = nameOf(desired);
  const { macPinned } = draft.link(name);
  const wantedMac = desired.mac ?? (macPinned ? undefined : parent.mac);
  if (wantedMac !== undefined) draft.update(name, { mac: wantedMac });
  setMtu(draft, name, desired.mtu ?? parent.mtu);
  draft.update(name, { up: true });
}

function move(draft: PlanBuilder, desired: VlanSpec, held: Link): void {
  const [stacked] = vlansOn(draft.facts.links, held.name);
  if (stacked !== undefined) {
    throw new PlanError(
      `${held.name} is VLAN ${held.vlan?.id ?? '?'} on ${held.vlan?.parent ?? '?'} and carries ${stacked.name}: it cannot be moved`,
    );
  }
  const layer3 = layer3Of(draft, held.name);
  deleteLink(draft, held.name);
  create(draft, desired, draft.link(desired.parent), held.vlan?.attributes);
  if (held.controller !== undefined) joinPort(draft, held.name, held.controller, held.port);
  restore(draft, layer3, held.name);
}

/** Tagged frames reach a VLAN on a bridge's port before they reach the bridge (hazard 37). */
function warnOfStolenFrames(draft: PlanBuilder, { parent, id }: VlanSpec): void {
  const { controller } = draft.link(parent);
  if (controller === undefined) return;
  draft.warn(`VLAN ${id} on ${parent} takes its frames away from ${controller}, whose port ${parent} is`);
}

function persist(draft: PlanBuilder, desired: VlanSpec): void {
  const { kind } = draft.link(desired.parent);
  if (kind === 'ethernet') draft.persist(draft.present(desired.parent));
  draft.persist({
    ...draft.present(nameOf(desired)),
    vlan: { parent: desired.parent, id: desired.id },
    ...(desired.mtu !== undefined && { mtu: desired.mtu }),
    ...(desired.mac !== undefined && { mac: desired.mac }),
  });
}

function planAbsent(draft: PlanBuilder, desired: VlanSpec): void {
  const link = findAt(draft, desired);
  const name = link?.name ?? nameOf(desired);
  if (link !== undefined) {
    warnOfLoss(draft, name);
    for (const gone of deleteLink(draft, name))
      draft.persist({ state: 'absent', name: gone.name, kind: gone.kind });
  } else if (draft.findLink(name) === undefined) {
    draft.persist({ state: 'absent', name, kind: 'vlan' });
  }
}
