import { afterAll, describe, expect, it } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { links } from '../../src/facts/links.ts';
import { runScript, shellRows } from './shells.ts';

const directory = mkdtempSync(join(tmpdir(), 'kvmplay-sysfs-'));
afterAll(() => {
  rmSync(directory, { recursive: true });
});

function write(path: string, content: string): void {
  const file = join(directory, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}

function link(name: string, files: Readonly<Record<string, string>> = {}): void {
  const usual = {
    flags: '0x1003',
    mtu: '1500',
    address: '02:00:00:00:00:01',
    type: '1',
    addr_assign_type: '0',
  };
  for (const [file, content] of Object.entries({ ...usual, uevent: `INTERFACE=${name}`, ...files })) {
    write(`net/${name}/${file}`, `${content}\n`);
  }
}

// What a kernel without bonding, teams or Open vSwitch cannot be made to show.
link('bond0', {
  uevent: 'DEVTYPE=bond',
  'bonding/mode': '802.3ad 4',
  'bonding/miimon': '100',
  'bonding/slaves': 'eth1 eth2',
});
link('eth1', { 'bonding_slave/state': 'active', master: '' });
link('eth2', { 'bonding_slave/state': 'backup', master: '' });
write(
  'bonding/bond0',
  'Slave Interface: eth1\nPermanent HW addr: 02:00:00:00:00:0A\n\nSlave Interface: eth2\n',
);
link('bond0.7', { uevent: 'DEVTYPE=vlan' });
write('vlan/config', 'VLAN Dev name | VLAN ID\nName-Type: X\nbond0.7        | 7  | bond0\n');
link('br0', {
  uevent: 'DEVTYPE=bridge',
  'bridge/stp_state': '0',
  'brif/vnet0/state': '3',
  'brif/vnet1/state': '3',
});
link('vnet0', { tun_flags: '0x1002', 'brport/state': '3', master: '' });
link('vnet1', { tun_flags: '0x1002', 'brport/state': '3', master: '' });
link('tun0', { tun_flags: '0x1001', address: '', type: '65534' });
link('ovs-system');
link('vnet2', { tun_flags: '0x1002' });
symlinkSync('../ovs-system', join(directory, 'net/vnet2/master'));
link('wlan0', { uevent: 'DEVTYPE=wlan' });
mkdirSync(join(directory, 'net/vanishing'));
write('net/bonding_masters', 'bond0\n');

const script = links.script
  .replaceAll('/sys/class/net', `${directory}/net`)
  .replaceAll('/proc/net/bonding', `${directory}/bonding`)
  .replaceAll('/proc/net/vlan', `${directory}/vlan`);

describe("links' script", () => {
  it.each(shellRows)('tells bonds, bridges, VLANs and foreign controllers under %s', (_name, shell) => {
    const { stdout, stderr, code } = runScript(shell, script);

    expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
    const rows = [...links.parse(stdout).values()].map(({ name, kind, mac, controller }) => [
      name,
      kind,
      mac,
      controller,
    ]);
    expect(rows).toEqual([
      ['bond0', 'bond', '02:00:00:00:00:01', undefined],
      ['bond0.7', 'vlan', '02:00:00:00:00:01', undefined],
      ['br0', 'bridge', '02:00:00:00:00:01', undefined],
      ['eth1', 'ethernet', '02:00:00:00:00:0a', 'bond0'],
      ['eth2', 'ethernet', '02:00:00:00:00:01', 'bond0'],
      ['ovs-system', 'ethernet', '02:00:00:00:00:01', undefined],
      ['tun0', 'other', '', undefined],
      ['vnet0', 'tap', '02:00:00:00:00:01', 'br0'],
      ['vnet1', 'tap', '02:00:00:00:00:01', 'br0'],
      ['vnet2', 'tap', '02:00:00:00:00:01', 'ovs-system'],
      ['wlan0', 'other', '02:00:00:00:00:01', undefined],
    ]);
  });

  it('leaves out options that the kernel does not tell', () => {
    const { stdout } = runScript(['sh'], script);

    const options = links.parse(stdout).get('bond0')?.options;

    expect(options).toEqual({ mode: '802.3ad', miimon: '100', arp_ip_target: '', primary: '' });
  });

  it('needs no program but for foreign controllers', () => {
    const lines = runScript(['sh'], script).stdout.split('\n');

    const { stdout } = runScript(['sh'], `PATH=/nowhere\n${script}`);

    expect(stdout.split('\n')).toEqual(lines.filter((line) => !line.startsWith('lrwxrwxrwx')));
    expect(lines).toHaveLength(stdout.split('\n').length + 1);
  });
});
