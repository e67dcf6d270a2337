export const toolNames = [
  'ip',
  'bridge',
  'brctl',
  'ethtool',
  'arping',
  'modprobe',
  'systemctl',
  'systemd-run',
  'setsid',
  'flock',
  'restorecon',
  'nmcli',
  'networkctl',
  'netplan',
  'ifup',
  'ifreload',
] as const;

/** A command that kvmplay uses if the host has it. */
export type Tool = (typeof toolNames)[number];
