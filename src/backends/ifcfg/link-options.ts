import { PlanError } from '../../errors.ts';
import type { LinkOptions } from '../../model/link.ts';
import type { Place, Said } from '../boot-model.ts';
import type { IfcfgFile, Setting } from './ifcfg-file.ts';
import { placeOf, valueOf } from './ifcfg-file.ts';

const modes = [
  'balance-rr',
  'active-backup',
  'balance-xor',
  'broadcast',
  '802.3ad',
  'balance-tlb',
  'balance-alb',
];

/** Values that the bonding driver takes by name or by number. The index is the number. */
const namedValues: Readonly<Record<string, readonly string[]>> = {
  mode: modes,
  ad_select: ['stable', 'bandwidth', 'count'],
  all_slaves_active: ['dropped', 'delivered'],
  arp_all_targets: ['any', 'all'],
  arp_validate: ['none', 'active', 'backup', 'all', 'filter', 'filter_active', 'filter_backup'],
  fail_over_mac: ['none', 'active', 'follow'],
  lacp_active: ['off', 'on'],
  lacp_rate: ['slow', 'fast'],
  primary_reselect: ['always', 'better', 'failure'],
  tlb_dynamic_lb: ['off', 'on'],
  use_carrier: ['off', 'on'],
  xmit_hash_policy: ['layer2', 'layer3+4', 'layer2+3', 'encap2+3', 'encap3+4', 'vlan+srcmac'],
};

/** Without `active_slave`: initscripts would set it while the bond still has no port. */
const plainBondOptions = [
  ...['ad_actor_sys_prio', 'ad_actor_system', 'ad_user_port_key', 'arp_interval', 'arp_ip_target'],
  ...[
    'arp_missed_max',
    'coupled_control',
    'downdelay',
    'lp_interval',
    'miimon',
    'min_links',
    'ns_ip6_target',
  ],
  ...[
    'num_grat_arp',
    'num_unsol_na',
    'packets_per_slave',
    'peer_notif_delay',
    'primary',
    'resend_igmp',
    'updelay',
  ],
];

const bondOptions = new Set([...Object.keys(namedValues), ...plainBondOptions]);

/** Options that BRIDGING_OPTS may carry. Initscripts write each `key=value` to /sys/class/net/NAME/bridge/key and ignore errors. */
const bridgingOptions = new Set([
  ...[
    'group_fwd_mask',
    'hash_elasticity',
    'hash_max',
    'hello_time',
    'max_age',
    'nf_call_arptables',
    'nf_call_ip6tables',
  ],
  ...['multicast_last_member_count', 'multicast_last_member_interval', 'multicast_membership_interval'],
  ...[
    'multicast_querier',
    'multicast_querier_interval',
    'multicast_query_interval',
    'multicast_query_response_interval',
  ],
  ...[
    'multicast_query_use_ifaddr',
    'multicast_router',
    'multicast_snooping',
    'multicast_startup_query_count',
  ],
  ...['multicast_startup_query_interval', 'nf_call_iptables', 'vlan_filtering'],
]);

/** Returns the settings that make BONDING_OPTS say exactly `wanted`; none if it already does, in whatever spelling. */
export function bondSettings(file: IfcfgFile, wanted: LinkOptions): readonly Setting[] {
  for (const [key, value] of Object.entries(wanted)) {
    if (!bondOptions.has(key))
      throw new PlanError(`ifcfg files cannot hold the bond option ${key} of ${deviceOf(file)}`);
    refuseUnfit(file, key, value);
  }
  const present = canonicalBondOptions(parseBondOptions(valueOf(file, 'BONDING_OPTS') ?? ''));
  if (sameOptions(present, canonicalBondOptions(wanted))) return [];
  return [{ key: 'BONDING_OPTS', value: printBondOptions(wanted) }];
}

/** Returns the settings that make STP, DELAY, PRIO, AGEING and BRIDGING_OPTS say exactly `wanted`; none if they already do. */
export function bridgeSettings(file: IfcfgFile, wanted: LinkOptions): readonly Setting[] {
  for (const [key, value] of Object.entries(wanted)) {
    if (!bridgeKeys.has(key) && !bridgingOptions.has(key)) {
      throw new PlanError(`ifcfg files cannot hold the bridge option ${key} of ${deviceOf(file)}`);
    }
    refuseUnfit(file, key, value);
  }
  if (wanted['vlan_filtering'] !== undefined && Number(wanted['vlan_filtering']) !== 0) {
    throw new PlanError(
      `ifcfg files cannot hold the VLANs of the ports of ${deviceOf(file)}: vlan_filtering must stay 0`,
    );
  }
  if (sameOptions(bridgeOptionsOf(file), canonicalBridgeOptions(wanted))) return [];

  const generic = Object.entries(wanted).filter(([option]) => !bridgeKeys.has(option));
  const words = generic.map(([option, value]) => `${option}=${value}`).sort();
  return [
    ...[...bridgeKeys].map(([option, { key, print }]) => {
      const value = wanted[option];
      return { key, value: value === undefined ? undefined : print(value) };
    }),
    { key: 'BRIDGING_OPTS', value: words.length === 0 ? undefined : words.join(' ') },
  ];
}

/** Bridge options with keys of their own, in the order of files. brctl takes seconds, sysfs hundredths. */
const bridgeKeys: ReadonlyMap<string, BridgeKey> = new Map([
  ['stp_state', { key: 'STP', print: (value) => (Number(value) === 0 ? 'off' : 'on'), parse: parseSwitch }],
  ['forward_delay', { key: 'DELAY', print: toSeconds, parse: toHundredths }],
  ['priority', { key: 'PRIO', print: String, parse: String }],
  ['ageing_time', { key: 'AGEING', print: toSeconds, parse: toHundredths }],
]);

interface BridgeKey {
  readonly key: string;
  readonly print: (sysfs: string) => string;
  readonly parse: (ifcfg: string) => string;
}

function bridgeOptionsOf(file: IfcfgFile): LinkOptions {
  const options: Record<string, string> = {};
  for (const [option, { key, parse }] of bridgeKeys) {
    const value = valueOf(file, key);
    if (value !== undefined && value !== '') options[option] = parse(value);
  }
  // Initscripts write these to sysfs after the keys, so they win.
  return canonicalBridgeOptions({ ...options, ...parseWords(valueOf(file, 'BRIDGING_OPTS') ?? '') });
}

function canonicalBridgeOptions(options: LinkOptions): LinkOptions {
  return Object.fromEntries(
    Object.entries(options).map(([option, value]) => [option, canonicalNumber(value)]),
  );
}

function canonicalBondOptions(options: LinkOptions): LinkOptions {
  return Object.fromEntries(
    Object.entries(options).map(([option, value]) => [option, canonicalBondValue(option, value)]),
  );
}

function canonicalBondValue(option: string, value: string): string {
  const word = firstWord(value);
  if (option === 'arp_ip_target' || option === 'ns_ip6_target') return word.split(',').sort().join(',');
  const index = namedValues[option]?.indexOf(word) ?? -1;
  return index >= 0 ? String(index) : canonicalNumber(word);
}

function canonicalNumber(value: string): string {
  return /^\d+$/.test(value) ? String(Number(value)) : value;
}

/** Parses as initscripts do: the last of a key wins, but every `arp_ip_target` counts. */
function parseBondOptions(text: string): LinkOptions {
  const targets = words(text)
    .filter(([key]) => key === 'arp_ip_target')
    .flatMap(([, value]) => value.replace(/^\+/, '').split(','));
  const options = parseWords(text);
  return targets.length === 0 ? options : { ...options, arp_ip_target: targets.join(',') };
}

/** The options that the boot sets, in the kernel's spelling, and words that are no option or no value. */
export interface ReadOptions {
  readonly options: Readonly<Record<string, Said<string>>>;
  readonly strange: readonly Said<string>[];
}

export function readBondOptions(file: IfcfgFile): ReadOptions {
  const present = parseBondOptions(valueOf(file, 'BONDING_OPTS') ?? '');
  const entries = Object.entries(present).map(
    ([option, value]) => [option, kernelBondValue(option, value)] as const,
  );
  return sortOut(
    entries,
    (option) => bondOptions.has(option),
    () => placeOf(file, 'BONDING_OPTS'),
  );
}

export function readBridgeOptions(file: IfcfgFile): ReadOptions {
  const present = bridgeOptionsOf(file);
  const generic = parseWords(valueOf(file, 'BRIDGING_OPTS') ?? '');
  return sortOut(
    Object.entries(present),
    (option, value) =>
      (bridgeKeys.has(option) || bridgingOptions.has(option)) &&
      (option !== 'vlan_filtering' || value === '0') &&
      value !== 'NaN',
    (option) => {
      const key = generic[option] === undefined ? bridgeKeys.get(option)?.key : undefined;
      return placeOf(file, key ?? 'BRIDGING_OPTS');
    },
  );
}

function sortOut(
  entries: readonly (readonly [string, string])[],
  isKnown: (option: string, value: string) => boolean,
  placeOfOption: (option: string) => Place,
): ReadOptions {
  const isFit = ([option, value]: readonly [string, string]): boolean =>
    isKnown(option, value) && fitting.test(value);
  return {
    options: Object.fromEntries(
      entries.filter(isFit).map(([option, value]) => [option, { value, at: placeOfOption(option) }]),
    ),
    strange: entries
      .filter((entry) => !isFit(entry))
      .map(([option, value]) => ({ value: `${option}=${value}`, at: placeOfOption(option) })),
  };
}

/** sysfs prints these as numbers only. */
const numeric = new Set(['all_slaves_active', 'tlb_dynamic_lb', 'use_carrier']);

function kernelBondValue(option: string, value: string): string {
  const canonical = canonicalBondValue(option, value);
  if (option === 'arp_ip_target' || option === 'ns_ip6_target') return value;
  return numeric.has(option) ? canonical : (namedValues[option]?.[Number(canonical)] ?? canonical);
}

/** Prints the mode by number, and first: the kernel judges the other options by it. */
function printBondOptions(options: LinkOptions): string {
  const inOrder = new Set(['mode', 'miimon', ...Object.keys(options).sort()]);
  const keys = [...inOrder].filter((key) => options[key] !== undefined);
  return keys.map((key) => `${key}=${printBondValue(key, options[key] ?? '')}`).join(' ');
}

function printBondValue(key: string, value: string): string {
  return key === 'mode' ? canonicalBondValue(key, value) : firstWord(value);
}

/** sysfs prints `fast 1`. */
function firstWord(value: string): string {
  return value.split(' ')[0] ?? '';
}

function parseWords(text: string): LinkOptions {
  return Object.fromEntries(words(text));
}

function words(text: string): readonly (readonly [string, string])[] {
  const parts = text.split(/\s+/).filter((word) => word !== '');
  return parts.map((word) => [word.replace(/=.*/s, ''), word.replace(/^.*=/s, '')]);
}

function sameOptions(a: LinkOptions, b: LinkOptions): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}

const fitting = /^[\w.,:+-]+( \d+)?$/;

function refuseUnfit(file: IfcfgFile, key: string, value: string): void {
  if (fitting.test(value)) return;
  throw new PlanError(`ifcfg files cannot hold ${key}=${JSON.stringify(value)} of ${deviceOf(file)}`);
}

function deviceOf(file: IfcfgFile): string {
  return valueOf(file, 'DEVICE') ?? file.path;
}

/** Reads the words that brctl knows. Any other word equals no option, so it is written anew. */
function parseSwitch(value: string): string {
  if (['on', 'yes', '1'].includes(value)) return '1';
  return ['off', 'no', '0'].includes(value) ? '0' : `? ${value}`;
}

function toSeconds(hundredths: string): string {
  return String(Number(hundredths) / 100);
}

function toHundredths(seconds: string): string {
  return String(Math.round(Number(seconds) * 100));
}
