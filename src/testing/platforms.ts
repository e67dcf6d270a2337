import type { NetworkAnswers } from '../tasks/network/network-facts.ts';

export type Platform = NetworkAnswers['platform'];

/** A freshly installed hypervisor, to which root logs in. */
export const centos7: Platform = {
  distribution: { id: 'centos', version: '7', name: 'CentOS Linux 7 (Core)' },
  kernel: '3.10.0-957.el7.x86_64',
  hostname: 'kvm1',
  isRoot: true,
  tools: [
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
    'ifup',
  ],
  ipVersion: 'ss170501',
  modules: { bonding: 'loadable', '8021q': 'loadable', bridge: 'loadable' },
  networkServices: ['initscripts'],
  systemdRuns: true,
};
