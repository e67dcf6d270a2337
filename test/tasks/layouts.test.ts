import { describe, expect, it } from '@jest/globals';
import { ethernet, fakeHost, type FakeHost, type FakeHostOptions } from 'kvmplay/testing';
import bond6 from '../../playbooks/bond6.ts';
import bridgeEno3 from '../../playbooks/bridge-eno3.ts';
import teardown from '../../playbooks/teardown.ts';
import vlan10 from '../../playbooks/vlan10.ts';
import { eno3Addresses, eno3File, eno3Routes, fileLines, ifcfg, kernelLines } from './support.ts';

const nics = ['eno3', 'eno4', 'eno5'].map((name) => ethernet(name));
const l1: FakeHostOptions = {
  links: nics,
  addresses: eno3Addresses,
  routes: eno3Routes,
  files: { [ifcfg('eno3')]: eno3File },
};
const l3Vars = { bond_ports: ['eno4', 'eno5'], bond_mode: 6, vlan_ids: [10, 11] } as const;

function l3Host(): FakeHost<Parameters<typeof bond6.run>[0]['vars']> {
  return fakeHost({
    links: nics,
    vars: { ...l3Vars, bond_ports: [...l3Vars.bond_ports], vlan_ids: [...l3Vars.vlan_ids] },
  });
}

function contents(host: Pick<FakeHost, 'files'>): Record<string, string> {
  return Object.fromEntries(
    [...host.files].map(([path, { content }]) => [path.replace(/.*\//, ''), content]),
  );
}

describe('L1, one bridge on one NIC', () => {
  it('moves address and default route from eno3 to breno3, the bridge made first', async () => {
    const host = fakeHost(l1);

    await bridgeEno3.run(host);

    expect(kernelLines(host.changes)).toEqual([
      '+ module bridge',
      '+ bridge breno3 forward_delay 0 stp_state 0 mac 52:54:00:92:38:94',
      '- route default via 10.128.1.1 on eno3 metric 100',
      '- address 10.128.1.10/24 on eno3 broadcast 10.128.1.255',
      '+ eno3 port of breno3',
      '+ address 10.128.1.10/24 on breno3 broadcast 10.128.1.255',
      '+ route default via 10.128.1.1 on breno3 metric 100',
    ]);
    expect(host.links.get('breno3')?.mac).toBe(host.links.get('eno3')?.mac);
  });

  it('moves address, gateway and DNS servers in the files, and leaves every other line', async () => {
    const host = fakeHost(l1);

    await bridgeEno3.run(host);

    expect(contents(host)).toEqual({
      'ifcfg-eno3': `TYPE=Ethernet
# rack 7, port 12
DEVICE=eno3
UUID=0a1b2c3d-0000-4000-8000-00000000eno3
ONBOOT=yes
BOOTPROTO=none
IPV6_FAILURE_FATAL=no
BRIDGE=breno3
`,
      'ifcfg-breno3': `TYPE=Bridge
DEVICE=breno3
NAME=breno3
ONBOOT=yes
BOOTPROTO=none
IPADDR=10.128.1.10
PREFIX=24
GATEWAY=10.128.1.1
DNS1=192.168.0.168
STP=off
DELAY=0
MACADDR=52:54:00:92:38:94
`,
    });
  });

  it('is taken back by the teardown to what it was, order of lines aside', async () => {
    const host = fakeHost(l1);
    await bridgeEno3.run(host);

    await teardown.run(host);

    expect([...host.links.keys()]).toEqual(['lo', 'eno3', 'eno4', 'eno5']);
    expect(host.addresses).toEqual(eno3Addresses);
    expect(host.routes).toEqual(eno3Routes);
    expect(Object.keys(contents(host))).toEqual(['ifcfg-eno3']);
    expect(contents(host)['ifcfg-eno3']?.split('\n').sort()).toEqual(eno3File.split('\n').sort());
  });
});

describe('L2, VLANs straight on a trunk NIC', () => {
  it('makes each VLAN and its bridge', async () => {
    const host = fakeHost({ links: nics });

    await vlan10.run(host);

    expect(kernelLines(host.changes)).toEqual([
      '+ module 8021q',
      '+ vlan eno5.10 parent eno5 id 10',
      '+ module bridge',
      '+ bridge brvlan-10 forward_delay 0 stp_state 0 mac 52:54:00:92:38:96',
      '+ eno5.10 port of brvlan-10',
      '+ vlan eno5.12 parent eno5 id 12',
      '+ bridge brvlan-12 forward_delay 0 stp_state 0 mac 52:54:00:92:38:96',
      '+ eno5.12 port of brvlan-12',
    ]);
    expect(fileLines(host.changes).filter((line) => line.startsWith('+'))).toEqual([
      '+ ifcfg-eno5.10',
      '+ ifcfg-brvlan-10',
      '+ ifcfg-eno5.12',
      '+ ifcfg-brvlan-12',
    ]);
  });
});

describe('L3, the fleet layout', () => {
  it('goes from the bond up', async () => {
    const host = l3Host();

    await bond6.run(host);

    expect(kernelLines(host.changes)).toEqual([
      '+ module bonding max_bonds=0',
      '+ bond bond6 mode balance-alb miimon 100 mac 52:54:00:92:38:95 down',
      '+ eno4 port of bond6',
      '+ eno5 port of bond6',
      '~ bond6 down → up',
      '+ module bridge',
      '+ bridge br6 forward_delay 0 stp_state 0 mac 52:54:00:92:38:95',
      '+ bond6 port of br6',
      '+ module 8021q',
      '+ vlan br6.10 parent br6 id 10',
      '+ bridge brvlan6-10 forward_delay 0 stp_state 0 mac 52:54:00:92:38:95',
      '+ br6.10 port of brvlan6-10',
      '+ vlan br6.11 parent br6 id 11',
      '+ bridge brvlan6-11 forward_delay 0 stp_state 0 mac 52:54:00:92:38:95',
      '+ br6.11 port of brvlan6-11',
    ]);
  });

  it('is said by the files of the next boot', async () => {
    const host = l3Host();

    await bond6.run(host);

    const port = (name: string) =>
      `# made by kvmplay\nTYPE=Ethernet\nDEVICE=${name}\nNAME=${name}\nMASTER=bond6\nSLAVE=yes\nBOOTPROTO=none\nONBOOT=yes\n`;
    const bridge = (name: string) =>
      `TYPE=Bridge\nDEVICE=${name}\nNAME=${name}\nONBOOT=yes\nBOOTPROTO=none\nSTP=off\nDELAY=0\nMACADDR=52:54:00:92:38:95\n`;
    const vlan = (id: number) =>
      `VLAN=yes\nDEVICE=br6.${id}\nNAME=br6.${id}\nBOOTPROTO=none\nONBOOT=yes\nBRIDGE=brvlan6-${id}\n`;
    expect(contents(host)).toEqual({
      'kvmplay-bonding.conf': 'options bonding max_bonds=0\n',
      'ifcfg-eno4': port('eno4'),
      'ifcfg-eno5': port('eno5'),
      'ifcfg-bond6':
        'TYPE=Bond\nDEVICE=bond6\nNAME=bond6\nBONDING_MASTER=yes\nBONDING_OPTS="mode=6 miimon=100"\nBOOTPROTO=none\nONBOOT=yes\nBRIDGE=br6\n',
      'ifcfg-br6': bridge('br6'),
      'ifcfg-br6.10': vlan(10),
      'ifcfg-brvlan6-10': bridge('brvlan6-10'),
      'ifcfg-br6.11': vlan(11),
      'ifcfg-brvlan6-11': bridge('brvlan6-11'),
    });
  });

  it('is driven by variables of the inventory, with defaults', () => {
    expect(bond6.vars?.['~standard'].validate({ ansible_user: 'root', bond_mode: 4 })).toEqual({
      value: { bond_ports: ['eno4', 'eno5'], bond_mode: 4, vlan_ids: [10, 11, 12] },
    });
  });

  it('changes nothing the second time', async () => {
    const host = l3Host();
    await bond6.run(host);
    const { length } = host.changes;

    await bond6.run(host);

    expect(host.changes.slice(length)).toEqual([]);
  });

  it('is taken down from the top, and the NICs are left free', async () => {
    const host = l3Host();
    await bond6.run(host);
    const { length } = host.changes;

    await teardown.run(host);

    expect(kernelLines(host.changes.slice(length))).toEqual([
      '- br6.10 port of brvlan6-10',
      '- bridge brvlan6-10',
      '- vlan br6.10 parent br6 id 10',
      '- br6.11 port of brvlan6-11',
      '- bridge brvlan6-11',
      '- vlan br6.11 parent br6 id 11',
      '- bond6 port of br6',
      '- bridge br6',
      '- eno4 port of bond6',
      '- eno5 port of bond6',
      '- bond bond6',
    ]);
    expect([...host.links.values()].filter(({ kind }) => kind !== 'loopback')).toEqual(nics);

    const again = host.changes.length;
    await teardown.run(host);
    expect(host.changes.slice(again)).toEqual([]);
  });
});
