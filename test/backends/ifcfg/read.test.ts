import { describe, expect, it } from '@jest/globals';
import { ifcfg } from '../../../src/backends/ifcfg/ifcfg.ts';
import { folder, managedHost, plainHost, treeOf } from '../trees.ts';

describe('ifcfg read', () => {
  it('names the line of every value', () => {
    const files = treeOf({
      'ifcfg-br6':
        '# by hand\nDEVICE=br6\nTYPE=Bridge\nSTP=on\nMTU=9000\nIPADDR=10.0.0.2\nPREFIX=24\nGATEWAY=10.0.0.1\n',
      'route-br6': '# office\n10.8.0.0/16 via 10.0.0.3\n',
    });
    const at = (line: number, file = 'ifcfg-br6') => ({ path: `${folder}/${file}`, line });

    const { links, findings } = ifcfg.read(files, plainHost);

    expect(findings).toEqual([]);
    expect(links.get('br6')).toMatchObject({
      kind: { value: 'bridge', at: at(3) },
      up: { value: true, at: at(1) },
      options: { stp_state: { value: '1', at: at(4) } },
      mtu: { value: 9000, at: at(5) },
      addressing: {
        addresses: [{ value: '10.0.0.2/24', at: at(6) }],
        gateway: { value: '10.0.0.1', at: at(8) },
        routes: [{ value: { destination: '10.8.0.0/16' }, at: at(2, 'route-br6') }],
      },
    });
  });

  it.each([
    [
      'a bridge that nobody creates',
      'TYPE=bridge',
      false,
      '2: TYPE=bridge makes no bridge, it should be TYPE=Bridge',
    ],
    ['a VLAN that nobody creates', 'VLAN=YES', false, '2: VLAN=YES makes no VLAN, it should be VLAN=yes'],
    ['a port of nobody', 'SLAVE=yes', false, '2: SLAVE=yes without MASTER keeps the link down'],
    ['an MTU that is no number', 'MTU=big', true, '2: MTU=big is no number of bytes'],
    ['an address beside DHCP', 'IPADDR=10.0.0.2\nBOOTPROTO=dhcp', true, '2: IPADDR=10.0.0.2 has no effect'],
    ['shell code', '. /etc/site', true, '2: is shell code, which kvmplay does not follow'],
    [
      'a protocol of nobody',
      'BOOTPROTO=ibft',
      true,
      '2: BOOTPROTO=ibft is no word of initscripts, which take it for none',
    ],
  ])('finds %s', (_, lines, up, says) => {
    const { links, findings } = ifcfg.read(treeOf({ 'ifcfg-eno3': `DEVICE=eno3\n${lines}\n` }), plainHost);

    expect(links.get('eno3')?.up.value).toBe(up);
    expect(findings.map((finding) => finding.says)).toContain(`${folder}/ifcfg-eno3:${says}`);
  });

  it('says of a file that only a shell can tell that it is unread', () => {
    const { links, findings } = ifcfg.read(treeOf({ 'ifcfg-eno3': 'DEVICE=eno3\r\n' }), plainHost);

    expect(links.size).toBe(0);
    expect(findings).toMatchObject([{ kind: 'unread', link: 'eno3', at: { line: 1 } }]);
  });

  it('finds a link that NetworkManager brings up', () => {
    const { findings } = ifcfg.read(treeOf({ 'ifcfg-eno3': 'DEVICE=eno3\n' }), managedHost);

    expect(findings).toMatchObject([{ kind: 'harmful', link: 'eno3' }]);
  });
});
