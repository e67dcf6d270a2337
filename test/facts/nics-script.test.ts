import { afterAll, describe, expect, it } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { defaultRoutes } from '../../src/facts/default-routes.ts';
import { nics } from '../../src/facts/nics.ts';
import { fixture, runScript, shellRows } from './shells.ts';

const directory = mkdtempSync(join(tmpdir(), 'kvmplay-nics-'));
afterAll(() => {
  rmSync(directory, { recursive: true });
});

function write(path: string, content: string): void {
  const file = join(directory, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}

let index = 1;

function link(name: string, files: Readonly<Record<string, string>> = {}): void {
  index += 1;
  const usual = { address: `02:00:00:00:00:0${String(index)}`, type: '1', uevent: `INTERFACE=${name}` };
  const indices = { ifindex: String(index), iflink: String(index) };
  for (const [file, content] of Object.entries({ ...usual, ...indices, ...files })) {
    write(`net/${name}/${file}`, `${content}\n`);
  }
}

function device(link: string, path: string, uevent: readonly string[]): void {
  write(`devices/${path}/uevent`, `${uevent.join('\n')}\n`);
  symlinkSync(join(directory, 'devices', path), join(directory, 'net', link, 'device'));
}

link('eno3');
device('eno3', '0000:01:00.0', ['DRIVER=ixgbe', 'PCI_CLASS=20000', 'PCI_SLOT_NAME=0000:01:00.0']);
link('eno4', { address: '02:00:00:00:00:02' });
device('eno4', '0000:0A:00.1', ['DRIVER=i40e', 'PCI_SLOT_NAME=0000:0A:00.1']);
link('eth0');
device('eth0', '0000:00:03.0/virtio2', ['DRIVER=virtio_net', 'MODALIAS=virtio:d00000001v00001AF4']);
write('devices/0000:00:03.0/uevent', 'DRIVER=virtio-pci\nPCI_SLOT_NAME=0000:00:03.0\n');
link('usb0');
device('usb0', 'usb1/1-1/1-1:1.0', ['DEVTYPE=usb_interface', 'DRIVER=cdc_ether', 'INTERFACE=2/6/0']);
write('devices/usb1/1-1/uevent', 'DEVTYPE=usb_device\nDRIVER=usb\n');
link('odd0');
device('odd0', 'platform/odd', ['OF_NAME=odd']);
link('bond0', { uevent: 'DEVTYPE=bond', 'bonding/mode': '802.3ad 4' });
write('bonding/bond0', 'Slave Interface: eno4\nPermanent HW addr: 02:00:00:00:00:0A\n');
link('br0', { uevent: 'DEVTYPE=bridge' });
link('eno3.7', { uevent: 'DEVTYPE=vlan', iflink: '2' });
link('vnet0', { tun_flags: '0x1002', iflink: '99' });
link('veth1', { iflink: '99' });
link('dummy0');
link('sit0', { type: '776', iflink: '0' });
mkdirSync(join(directory, 'net/vanishing'));
write('net/bonding_masters', 'bond0\n');

const script = nics.script
  .replaceAll('/sys/class/net', `${directory}/net`)
  .replaceAll('/proc/net/bonding', `${directory}/bonding`);

describe("nics' script", () => {
  it.each(shellRows)('tells NICs from what sits on them under %s', (_name, shell) => {
    const { stdout, stderr, code } = runScript(shell, script);

    expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
    const rows = [...nics.parse(stdout).values()].map(({ name, mac, driver, pci }) => [
      name,
      mac.slice(-2),
      driver,
      pci,
    ]);
    expect(rows).toEqual([
      ['eno3', '02', 'ixgbe', '0000:01:00.0'],
      ['eno4', '0a', 'i40e', '0000:0a:00.1'],
      ['eth0', '04', 'virtio_net', '0000:00:03.0'],
      ['odd0', '06', undefined, undefined],
      ['usb0', '05', 'cdc_ether', undefined],
      ['veth1', expect.any(String), 'veth', undefined],
    ]);
  });

  it('needs no program', () => {
    const { stdout } = runScript(['sh'], script);

    expect(runScript(['sh'], `PATH=/nowhere\n${script}`)).toEqual({ stdout, stderr: '', code: 0 });
  });

  it('answers on this machine', () => {
    const { stdout, stderr, code } = runScript(['sh'], nics.script);

    expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
    expect(nics.parse(stdout)).toBeInstanceOf(Map);
  });
});

const routeTables = {
  route: fixture('kernel-6.18/default-routes-proc-net-route.txt'),
  ipv6_route: fixture('kernel-6.18/default-routes-proc-net-ipv6_route.txt'),
};

function routesScript(tables: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(directory, 'routes-'));
  for (const [name, content] of Object.entries(tables)) writeFileSync(join(folder, name), content);
  return defaultRoutes.script.replaceAll('/proc/net', folder);
}

describe("defaultRoutes' script", () => {
  it.each(shellRows)('tells routes to everywhere, and none that rejects, under %s', (_name, shell) => {
    const { stdout, stderr, code } = runScript(shell, routesScript(routeTables));

    expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
    expect(defaultRoutes.parse(stdout)).toEqual([
      { family: 4, link: 'eth0', metric: 0 },
      { family: 6, link: 'eth0', metric: 1024 },
    ]);
  });

  it('takes a default route over a blackhole, a half of the world and a metric for what they are', () => {
    const route = [
      'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT',
      '*\t00000000\t00000000\t0201\t0\t0\t5\t00000000\t0\t0\t0',
      'tun0\t00000000\t00000000\t0001\t0\t0\t0\t00000080\t0\t0\t0',
      'br3\t00000000\t0101800A\t0003\t0\t0\t100\t00000000\t0\t0\t0',
    ];

    const { stdout } = runScript(['sh'], routesScript({ route: `${route.join('\n')}\n` }));

    expect(defaultRoutes.parse(stdout)).toEqual([{ family: 4, link: 'br3', metric: 100 }]);
  });

  it('answers on a kernel without IPv6', () => {
    expect(runScript(['sh'], routesScript({ route: routeTables.route }))).toEqual({
      stdout: '4 eth0 0\n',
      stderr: '',
      code: 0,
    });
  });
});
