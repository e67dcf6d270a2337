import * as z from 'zod';
import { type BondMode, type BondOptionName, bondModes, bondOptionRule } from '../../model/bond-options.ts';
import type { LinkOptions } from '../../model/link.ts';
import {
  fields,
  flag,
  ipv4,
  linkName,
  listOf,
  mac,
  matching,
  mtu,
  oneOf,
  type Shape,
  state,
  wholeNumber,
} from '../input/input.ts';
import { problemOfLength, problemOfNewName, shorterName } from './names.ts';

/** Bond mode by name or by its common number: 6 is `balance-alb`. */
export type BondModeInput = BondMode | 0 | 1 | 2 | 3 | 4 | 5 | 6;

/** Desired state of a bond. An option that is not named stays; the defaults below are those of a new bond. */
export interface DesiredBond {
  /** Name of the bond, at most 15 letters, digits, `-` and `_`. */
  readonly name: string;
  /** `absent` removes the bond and the VLANs on it; its ports stay, up and free. Default: `present`. */
  readonly state?: 'present' | 'absent' | undefined;
  /**
   * Distribution of traffic over the ports: 0 `balance-rr`, 1 `active-backup`, 2 `balance-xor`, 3 `broadcast`, 4 `802.3ad`, 5 `balance-tlb`, 6
   * `balance-alb`. Modes 0, 2 and 3 need static aggregation on the switch, 4 needs LACP. Default: `active-backup` for a new bond, else unchanged.
   */
  readonly mode?: BondModeInput | undefined;
  /** NICs of the bond. They lose their addresses. Default: the present ports. */
  readonly ports?: readonly string[] | undefined;
  /** Whether ports that are not named leave the bond. Default: `true` if `ports` is given. */
  readonly exact?: boolean | undefined;
  /** Largest payload in bytes, 68 to 65535, of the bond and its ports. Default: 1500 for a new bond, else unchanged. */
  readonly mtu?: number | undefined;
  /** MAC address. Default: that of the first port. */
  readonly mac?: string | undefined;
  /** Milliseconds between carrier checks of the ports, 0 for none. Set even if not given. Default: 100, or 0 with `arpInterval`. Kernel: `miimon`. */
  readonly miimon?: number | undefined;
  /** Milliseconds between ARP probes, in modes 0 to 3, instead of `miimon`. Default: 0, none. Kernel: `arp_interval`. */
  readonly arpInterval?: number | undefined;
  /** IPv4 addresses to probe, 1 to 16; `arpInterval` needs them. Default: none. Kernel: `arp_ip_target`. */
  readonly arpIpTargets?: readonly string[] | undefined;
  /** Ports that count as up only when ARP answers reach them. Default: `none`. Kernel: `arp_validate`. */
  readonly arpValidate?:
    'none' | 'active' | 'backup' | 'all' | 'filter' | 'filter_active' | 'filter_backup' | undefined;
  /** Whether one target must answer or all. Default: `any`. Kernel: `arp_all_targets`. */
  readonly arpAllTargets?: 'any' | 'all' | undefined;
  /** Milliseconds between carrier and use, a multiple of `miimon`. Default: 0. Kernel: `updelay`. */
  readonly updelay?: number | undefined;
  /** Milliseconds between loss of carrier and disuse, a multiple of `miimon`. Default: 0. Kernel: `downdelay`. */
  readonly downdelay?: number | undefined;
  /** Whether `miimon` trusts the driver's carrier; `false` asks by ioctl. Default: `true`. Kernel: `use_carrier`. */
  readonly useCarrier?: boolean | undefined;
  /** Headers that select the port of a frame, in modes 2, 4, 5 and 6. Default: `layer2`. Kernel: `xmit_hash_policy`. */
  readonly xmitHashPolicy?:
    'layer2' | 'layer2+3' | 'layer3+4' | 'encap2+3' | 'encap3+4' | 'vlan+srcmac' | undefined;
  /** Rate of LACP frames asked from the switch: every 30 s or every second. Mode 4. Default: `slow`. Kernel: `lacp_rate`. */
  readonly lacpRate?: 'slow' | 'fast' | undefined;
  /** Criterion for choosing an aggregator. Mode 4. Default: `stable`. Kernel: `ad_select`. */
  readonly adSelect?: 'stable' | 'bandwidth' | 'count' | undefined;
  /** LACP system priority, 1 to 65535. Mode 4. Default: 65535. Kernel: `ad_actor_sys_prio`. */
  readonly adActorSysPrio?: number | undefined;
  /** Upper ten bits of the LACP port key, 0 to 1023. Mode 4. Default: 0. Kernel: `ad_user_port_key`. */
  readonly adUserPortKey?: number | undefined;
  /** Ports that must be up before the bond has carrier. Mode 4. Default: 0, which means 1. Kernel: `min_links`. */
  readonly minLinks?: number | undefined;
  /** Gratuitous ARPs and neighbour advertisements after a failover, 0 to 255. Default: 1. Kernel: `num_grat_arp`. */
  readonly numGratArp?: number | undefined;
  /** IGMP reports after a failover, 0 to 255. Default: 1. Kernel: `resend_igmp`. */
  readonly resendIgmp?: number | undefined;
  /** Whether frames that reach a standby port are accepted. Default: `false`. Kernel: `all_slaves_active`. */
  readonly allPortsActive?: boolean | undefined;
  /** Consecutive frames per port, 0 to 65535; 0 picks a random port. Mode 0. Default: 1. Kernel: `packets_per_slave`. */
  readonly packetsPerPort?: number | undefined;
  /** Seconds between learning frames to the switch, 1 to 2147483647. Default: 1. Kernel: `lp_interval`. */
  readonly lpInterval?: number | undefined;
  /** Whether flows move between ports by load. Modes 5 and 6. Default: `true`. Kernel: `tlb_dynamic_lb`. */
  readonly tlbDynamicLb?: boolean | undefined;
  /** Preferred port while it works. Modes 1, 5 and 6. Default: none. Kernel: `primary`. */
  readonly primary?: string | undefined;
  /** Event on which the primary takes over again. Modes 1, 5 and 6. Default: `always`. Kernel: `primary_reselect`. */
  readonly primaryReselect?: 'always' | 'better' | 'failure' | undefined;
  /** MAC of the ports in mode 1. Default: `none`, all have that of the bond. Kernel: `fail_over_mac`. */
  readonly failOverMac?: 'none' | 'active' | 'follow' | undefined;
}

/** An upper limit well above useful values; the kernel accepts more. */
const milliseconds = wholeNumber(0, 1_000_000);

const mode = z
  .custom<BondModeInput>((value) => modeOf(value) !== undefined, {
    error: `0 to 6 or one of ${bondModes.join(', ')}`,
  })
  .transform((value) => modeOf(value) ?? 'active-backup');

function modeOf(value: unknown): BondMode | undefined {
  return typeof value === 'number' ? bondModes[value] : bondModes.find((name) => name === value);
}

export const bondSchema = fields({
  name: matching('a name', (value) => value !== ''),
  state,
  mode: mode.optional(),
  ports: listOf(linkName, 'names of NICs').optional(),
  exact: flag.default(true),
  mtu: mtu.optional(),
  mac: mac.optional(),
  miimon: milliseconds.optional(),
  arpInterval: milliseconds.optional(),
  arpIpTargets: listOf(ipv4, 'IPv4 addresses').optional(),
  arpValidate: oneOf(
    'none',
    'active',
    'backup',
    'all',
    'filter',
    'filter_active',
    'filter_backup',
  ).optional(),
  arpAllTargets: oneOf('any', 'all').optional(),
  updelay: milliseconds.optional(),
  downdelay: milliseconds.optional(),
  useCarrier: flag.optional(),
  xmitHashPolicy: oneOf('layer2', 'layer2+3', 'layer3+4', 'encap2+3', 'encap3+4', 'vlan+srcmac').optional(),
  lacpRate: oneOf('slow', 'fast').optional(),
  adSelect: oneOf('stable', 'bandwidth', 'count').optional(),
  adActorSysPrio: wholeNumber(1, 65535).optional(),
  adUserPortKey: wholeNumber(0, 1023).optional(),
  minLinks: wholeNumber(0, 1024).optional(),
  numGratArp: wholeNumber(0, 255).optional(),
  resendIgmp: wholeNumber(0, 255).optional(),
  allPortsActive: flag.optional(),
  packetsPerPort: wholeNumber(0, 65535).optional(),
  lpInterval: wholeNumber(1, 2_147_483_647).optional(),
  tlbDynamicLb: flag.optional(),
  primary: linkName.optional(),
  primaryReselect: oneOf('always', 'better', 'failure').optional(),
  failOverMac: oneOf('none', 'active', 'follow').optional(),
} satisfies Shape<DesiredBond>);

export type BondSpec = z.output<typeof bondSchema>;

type OptionField = Exclude<keyof BondSpec, 'name' | 'state' | 'ports' | 'exact' | 'mtu' | 'mac' | 'mode'>;

/** The kernel's name of each option field. */
const kernelNames: Readonly<Record<OptionField, BondOptionName>> = {
  miimon: 'miimon',
  arpInterval: 'arp_interval',
  arpIpTargets: 'arp_ip_target',
  arpValidate: 'arp_validate',
  arpAllTargets: 'arp_all_targets',
  updelay: 'updelay',
  downdelay: 'downdelay',
  useCarrier: 'use_carrier',
  xmitHashPolicy: 'xmit_hash_policy',
  lacpRate: 'lacp_rate',
  adSelect: 'ad_select',
  adActorSysPrio: 'ad_actor_sys_prio',
  adUserPortKey: 'ad_user_port_key',
  minLinks: 'min_links',
  numGratArp: 'num_grat_arp',
  resendIgmp: 'resend_igmp',
  allPortsActive: 'all_slaves_active',
  packetsPerPort: 'packets_per_slave',
  lpInterval: 'lp_interval',
  tlbDynamicLb: 'tlb_dynamic_lb',
  primary: 'primary',
  primaryReselect: 'primary_reselect',
  failOverMac: 'fail_over_mac',
};

/** Returns the declared options in the kernel's names and spelling, without the mode. */
export function declaredOptions(desired: BondSpec): LinkOptions {
  return Object.fromEntries(
    Object.entries(kernelNames).flatMap(([field, option]) => {
      const value = desired[field as OptionField];
      return value === undefined ? [] : [[option, toKernel(value)]];
    }),
  );
}

function toKernel(value: string | number | boolean | readonly string[]): string {
  if (typeof value === 'boolean') return value ? '1' : '0';
  return typeof value === 'object' ? value.join(',') : String(value);
}

/** Describes an invalid bond, independent of the host. */
export function problemOfBond(desired: BondSpec): string | undefined {
  if (desired.state === 'absent') return undefined;
  const { name, ports = [], primary } = desired;
  if (ports.includes(name)) return 'a bond cannot be a port of itself';
  if (primary !== undefined && desired.ports !== undefined && !ports.includes(primary)) {
    return `primary is ${primary}, it should be one of the ports ${ports.join(', ') || '(none)'}`;
  }
  return (
    problemOfLength(name, shorterName(name)) ??
    problemOfNewName(name, 'bond') ??
    problemOfMonitoring(desired) ??
    (desired.mode === undefined ? undefined : problemOfMode(desired, desired.mode))
  );
}

/** Names an option that the mode forbids, by the kernel's bonding document. */
export function problemOfMode(desired: BondSpec, bondMode: BondMode): string | undefined {
  for (const [field, option] of Object.entries(kernelNames)) {
    const value = desired[field as OptionField];
    const modes = bondOptionRule.get(option)?.modes;
    // ARP monitoring may be switched off explicitly in every mode.
    if (value === undefined || (field === 'arpInterval' && value === 0)) continue;
    if (modes?.includes(bondMode) === false) {
      return `${field} is for mode ${modes.join(', ')} and the mode is ${bondMode}`;
    }
  }
  return undefined;
}

function problemOfMonitoring(desired: BondSpec): string | undefined {
  const { miimon, arpInterval = 0, arpIpTargets = [] } = desired;
  if (arpInterval > 0 && miimon !== undefined && miimon > 0) {
    return 'miimon and arpInterval exclude each other, one of them should be 0';
  }
  if (arpInterval > 0 && arpIpTargets.length === 0)
    return 'arpInterval needs arpIpTargets, the addresses to probe';
  if (arpIpTargets.length > 16)
    return `arpIpTargets has ${arpIpTargets.length} addresses, it should have at most 16`;
  const interval = intervalOf(desired);
  for (const field of ['updelay', 'downdelay'] as const) {
    const delay = desired[field] ?? 0;
    if (delay > 0 && interval === 0) return `${field} needs miimon, which is 0`;
    if (delay > 0 && delay % interval !== 0) {
      return `${field} is ${delay}, it should be a multiple of miimon, which is ${interval}`;
    }
  }
  return undefined;
}

/** Without monitoring, the kernel's default, a bond never notices a failed port (hazard 28). */
export function intervalOf({ miimon, arpInterval = 0 }: BondSpec): number {
  return miimon ?? (arpInterval > 0 ? 0 : 100);
}
