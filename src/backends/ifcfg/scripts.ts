import type { Fact } from '../../model/fact.ts';

/** True if the scripts of initscripts are installed: `ifup` reads ifcfg files. */
export const scripts: Fact<boolean> = {
  name: 'ifcfg scripts',
  script: '[ ! -e /etc/sysconfig/network-scripts/ifup-eth ] || echo installed',
  parse: (output) => output.trim() === 'installed',
  after: (value) => value,
  fake: ({ platform }) => platform.networkServices.includes('initscripts'),
};
