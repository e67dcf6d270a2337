/** The modes of the kernel's bonding driver; the position in the list is the mode's number. */
export const bondModes = [
  'balance-rr',
  'active-backup',
  'balance-xor',
  'broadcast',
  '802.3ad',
  'balance-tlb',
  'balance-alb',
] as const;

export type BondMode = (typeof bondModes)[number];

/** The state of a bond in which the kernel accepts a change of an option. */
export type BondOptionCondition = 'any time' | 'bond down' | 'no ports' | 'has ports';

export interface BondOptionRule {
  /** The kernel's default, which a bond has until somebody sets the option. */
  readonly initial: string;
  /** Modes in which the kernel accepts the option. Absent: all modes. */
  readonly modes?: readonly BondMode[];
  readonly condition: BondOptionCondition;
}

const hashing: readonly BondMode[] = ['balance-xor', '802.3ad', 'balance-tlb', 'balance-alb'];
const withoutArpMonitor: readonly BondMode[] = ['802.3ad', 'balance-tlb', 'balance-alb'];
const withArpMonitor = bondModes.filter((mode) => !withoutArpMonitor.includes(mode));
const withPrimary: readonly BondMode[] = ['active-backup', 'balance-tlb', 'balance-alb'];

/**
 * Bond options under the kernel's names, in the order in which kvmplay sets them. Sources: Documentation/networking/bonding.rst, and
 * drivers/net/bonding/bond_options.c for the conditions per mode.
 */
export const bondOptionRules = {
  mode: { initial: 'balance-rr', condition: 'no ports' },
  fail_over_mac: { initial: 'none', condition: 'no ports' },
  miimon: { initial: '0', condition: 'any time' },
  arp_interval: { initial: '0', modes: withArpMonitor, condition: 'any time' },
  arp_ip_target: { initial: '', modes: withArpMonitor, condition: 'any time' },
  arp_validate: { initial: 'none', modes: withArpMonitor, condition: 'any time' },
  arp_all_targets: { initial: 'any', modes: withArpMonitor, condition: 'any time' },
  updelay: { initial: '0', condition: 'any time' },
  downdelay: { initial: '0', condition: 'any time' },
  use_carrier: { initial: '1', condition: 'any time' },
  xmit_hash_policy: { initial: 'layer2', modes: hashing, condition: 'any time' },
  lacp_rate: { initial: 'slow', modes: ['802.3ad'], condition: 'bond down' },
  ad_select: { initial: 'stable', modes: ['802.3ad'], condition: 'bond down' },
  ad_actor_sys_prio: { initial: '65535', modes: ['802.3ad'], condition: 'any time' },
  ad_user_port_key: { initial: '0', modes: ['802.3ad'], condition: 'bond down' },
  min_links: { initial: '0', modes: ['802.3ad'], condition: 'any time' },
  num_grat_arp: { initial: '1', condition: 'any time' },
  resend_igmp: { initial: '1', condition: 'any time' },
  all_slaves_active: { initial: '0', condition: 'any time' },
  packets_per_slave: { initial: '1', modes: ['balance-rr'], condition: 'any time' },
  lp_interval: { initial: '1', condition: 'any time' },
  tlb_dynamic_lb: { initial: '1', modes: ['balance-tlb', 'balance-alb'], condition: 'bond down' },
  primary: { initial: '', modes: withPrimary, condition: 'has ports' },
  primary_reselect: { initial: 'always', modes: withPrimary, condition: 'any time' },
} as const satisfies Readonly<Record<string, BondOptionRule>>;

export type BondOptionName = keyof typeof bondOptionRules;

/** Rules by option name, for names that come from data. */
export const bondOptionRule = new Map<string, BondOptionRule>(Object.entries(bondOptionRules));
