import {
  toHostNetwork,
  type HostNetwork,
  type ShownBond,
  type ShownBridge,
  type ShownFacts,
} from '../../model/host-network.ts';
import { formatTable } from './table.ts';

/** Formats bridges, bonds, VLANs and links of one host as tables below its name. No line break at the end. */
export function showView(host: string, facts: ShownFacts): string {
  const network = toHostNetwork(facts);
  const tables = [bridgeTable(network), bondTable(network), vlanTable(network), linkTable(network)];
  const body = tables.filter((table) => table !== '').join('\n\n');
  return `${host}\n${indent(body)}`;
}

function bridgeTable({ bridges }: HostNetwork): string {
  if (bridges.length === 0) return '';
  return formatTable(['BRIDGE', 'ID', 'STP', 'PORT', 'STATE'], bridges.flatMap(bridgeRows));
}

/** The layout of `brctl show`: a bridge and its first port share a row, further ports have their own. */
function bridgeRows({ name, id, stp, ports }: ShownBridge): string[][] {
  const [first, ...others] = ports.map((port) => [port.name, port.state]);
  return [[name, id, yesOrNo(stp), ...(first ?? [])], ...others.map((port) => ['', '', '', ...port])];
}

const bondHeading = [
  'BOND',
  'MODE',
  'MII',
  'ACTIVE',
  'LACP PARTNER',
  'PORT',
  'MII',
  'SPEED',
  'DUPLEX',
  'FAILURES',
  'PERMANENT MAC',
  'AGGREGATOR',
];

function bondTable({ bonds }: HostNetwork): string {
  return bonds.length === 0 ? '' : formatTable(bondHeading, bonds.flatMap(bondRows));
}

function bondRows(bond: ShownBond): string[][] {
  const [first, ...others] = bond.ports.map((port) => [
    port.name,
    port.miiStatus,
    port.speed === undefined ? '' : `${port.speed} Mbit/s`,
    port.duplex ?? '',
    String(port.failures),
    port.permanentMac,
    aggregatorOf(bond, port.aggregatorId),
  ]);
  const ofBond = [bond.name, bond.mode, bond.miiStatus, bond.activePort ?? '', partnerOf(bond)];
  return [[...ofBond, ...(first ?? [])], ...others.map((port) => ['', '', '', '', '', ...port])];
}

/** A bond whose switch speaks no LACP (partner none) looks healthy in every other column (carrier, MII). */
function partnerOf({ aggregator }: ShownBond): string {
  if (aggregator === undefined) return '';
  return /^[0:]*$/.test(aggregator.partnerMac) ? 'none' : aggregator.partnerMac;
}

function aggregatorOf({ aggregator }: ShownBond, id: number | undefined): string {
  if (id === undefined) return '';
  return aggregator === undefined || aggregator.id === id ? String(id) : `${id} (idle)`;
}

function vlanTable({ vlans }: HostNetwork): string {
  if (vlans.length === 0) return '';
  const rows = vlans.map(({ name, id, parent, controller }) => [name, String(id), parent, controller ?? '']);
  return formatTable(['VLAN', 'ID', 'PARENT', 'PORT OF'], rows);
}

/** Guests' taps are left out, because the table of bridges shows them. */
function linkTable({ links }: HostNetwork): string {
  const rows = links
    .filter(({ kind }) => kind !== 'tap')
    .map(({ name, kind, state, mtu, mac, addresses }) => [
      name,
      kind,
      state,
      String(mtu),
      mac,
      addresses.map(({ address, leased }) => (leased ? `${address} (leased)` : address)).join(', '),
    ]);
  return rows.length === 0
    ? 'no links'
    : formatTable(['LINK', 'KIND', 'STATE', 'MTU', 'MAC', 'ADDRESSES'], rows);
}

function yesOrNo(value: boolean): string {
  return value ? 'yes' : 'no';
}

function indent(text: string): string {
  return text.replace(/^(?=.)/gm, '  ');
}
