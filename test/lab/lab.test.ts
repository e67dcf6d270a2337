import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kill } from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { labDown, labUp, openLab, type Lab } from '../../src/lab/index.ts';

const execute = promisify(execFile);

// A reboot takes 3 s on an idle machine, and this one may be busy.
jest.setTimeout(90_000);

let lab: Lab;

beforeAll(async () => {
  lab = await labUp(await makeDirectory(), { hosts: 2 });
});

afterAll(async () => {
  await lab.down();
});

describe('labUp', () => {
  it('refuses a directory whose lab runs', async () => {
    await expect(labUp(lab.directory)).rejects.toThrow(`a lab is running in ${lab.directory} already`);
  });

  it.each([0, 201, 1.5])('refuses %d hosts', async (hosts) => {
    await expect(labUp(join(tmpdir(), 'no-lab'), { hosts })).rejects.toThrow('a lab has 1 to 200 hosts');
  });

  it('refuses a directory that a kernel command line cannot hold', async () => {
    await expect(labUp(join(tmpdir(), 'two words'))).rejects.toThrow('must have no space');
  });
});

describe('a lab host', () => {
  it('accepts SSH over its management NIC and over eno3, with the keys the lab wrote', async () => {
    const overManagement = await ssh('kvm1', 'echo $SSH_CONNECTION');
    const overEno3 = await ssh('kvm1', 'echo $SSH_CONNECTION', { overEno3: true });

    expect(overManagement.stdout).toMatch(/^10\.128\.9\.1 \d+ 10\.128\.9\.11 22$/m);
    expect(overEno3.stdout).toMatch(/^10\.128\.1\.1 \d+ 10\.128\.1\.11 22$/m);
  });

  it('stands in both inventories with a port of its own', async () => {
    const [first, second] = lab.hosts;
    const overManagement = await readFile(lab.inventoryFile, 'utf8');
    const overEno3 = await readFile(lab.inventoryOverEno3File, 'utf8');

    expect(overManagement).toContain(`kvm1:\n          ansible_port: ${String(first?.port)}\n`);
    expect(overManagement).toContain(`kvm2:\n          ansible_port: ${String(second?.port)}\n`);
    expect(overEno3).toContain(`kvm1:\n          ansible_port: ${String(first?.eno3Port)}\n`);
  });

  it('counts what its sshd was asked to do', async () => {
    const mark = await lab.sshMark('kvm2');

    await ssh('kvm2', 'true');
    await ssh('kvm2', 'true');

    expect(await lab.sshActivity('kvm2', mark)).toEqual({ connections: 2, logins: 2, execs: 2 });
  });

  it('returns exit code, stdout and stderr of a script that does not come over the network', async () => {
    const result = await lab.run('kvm1', 'uname -n; echo oh >&2; exit 3');

    expect(result).toEqual({ code: 3, stdout: 'kvm1\n', stderr: 'oh\n' });
  });

  it('answers scripts while its cable is cut, and SSH once it is healed', async () => {
    await lab.cut('kvm1');
    const whileCut = await lab.read('kvm1', 'uname -n');
    const sshWhileCut = await ssh('kvm1', 'true', { timeout: 1 }).then(
      () => 'answers',
      () => 'silent',
    );
    await lab.heal('kvm1');
    const healed = await ssh('kvm1', 'uname -n');

    expect([whileCut.trim(), sshWhileCut, healed.stdout.trim()]).toEqual(['kvm1', 'silent', 'kvm1']);
  });

  it('has MACs of its own, and takes a new one on eno3 to eno5 while up but not on eno9', async () => {
    const macs = await lab.read('kvm2', 'cd /sys/class/net; cat eno1/address eno3/address eno9/address');
    const change =
      'ip link set $n up; ip link set $n address $m; code=$?; ip link set $n address $o; exit $code';
    const onEno5 = await lab.run('kvm2', `n=eno5 o=52:54:00:00:02:05 m=52:54:00:ff:ff:05; ${change}`);
    const onEno9 = await lab.run('kvm2', `n=eno9 o=52:54:00:00:02:09 m=52:54:00:ff:ff:09; ${change}`);
    await lab.read('kvm2', 'ip link set eno9 down');

    expect(macs).toBe('52:54:00:00:02:01\n52:54:00:00:02:03\n52:54:00:00:02:09\n');
    expect(onEno5.code).toBe(0);
    expect(onEno9).toMatchObject({ code: 2, stderr: expect.stringContaining('Device or resource busy') });
  });

  it('sees its carrier go when a cable is pulled', async () => {
    await lab.unplug('kvm1', 'eno4');
    const pulled = await lab.read('kvm1', 'cat /sys/class/net/eno4/carrier');
    await lab.plug('kvm1', 'eno4');
    const back = await lab.read('kvm1', 'cat /sys/class/net/eno4/carrier');

    expect([pulled, back]).toEqual(['0\n', '1\n']);
  });

  it('takes 500 real taps into a bridge', async () => {
    const names = Array.from({ length: 500 }, (_, index) => `vnet${index}`);
    await lab.read('kvm1', 'ip link add brtaps type bridge');

    await lab.addTaps('kvm1', names, { bridge: 'brtaps' });
    const ports = await lab.read(
      'kvm1',
      'ls /sys/class/net/brtaps/brif | wc -l; cat /sys/class/net/vnet499/tun_flags',
    );
    await lab.removeTaps('kvm1', names);
    await lab.read('kvm1', 'ip link delete brtaps');

    expect(ports).toBe('500\n0x1802\n');
  });

  it('carries guests over a bond of mode balance-rr once the switch aggregates its ports', async () => {
    const both = ['kvm1', 'kvm2'];
    const bond = `set -e; ip link set eno4 down; ip link set eno5 down
ip link add bond0 type bond mode balance-rr miimon 100; ip link set eno4 master bond0; ip link set eno5 master bond0
ip link add br0 type bridge; ip link set bond0 master br0 up; ip link set br0 up`;
    await Promise.all(both.map(async (host) => lab.read(host, bond)));
    await lab.addGuest('kvm1', 'a', { bridge: 'br0', address: '10.5.0.1/24' });
    await lab.addGuest('kvm2', 'b', { bridge: 'br0', address: '10.5.0.2/24' });

    const separate = await lab.guestPing('kvm1', 'a', '10.5.0.2');
    await Promise.all(both.map(async (host) => lab.aggregate(host)));
    const aggregated = await lab.guestPing('kvm1', 'a', '10.5.0.2');
    await Promise.all(both.map(async (host) => lab.separate(host)));
    await lab.removeGuest('kvm1', 'a');
    await lab.removeGuest('kvm2', 'b');
    await Promise.all(both.map(async (host) => lab.read(host, 'ip link delete br0; ip link delete bond0')));

    expect([separate, aggregated]).toEqual([false, true]);
  });

  it('refuses the name of a host that is not there', async () => {
    await expect(lab.run('kvm9', 'true')).rejects.toThrow('has no host kvm9, only kvm1, kvm2');
  });
});

describe('the boot of a lab host', () => {
  it('makes bond, bridges and VLANs out of the files alone, on hosts whose guests then reach each other', async () => {
    await Promise.all(['kvm1', 'kvm2'].map(async (host) => lab.read(host, writeFiles(layoutL3))));

    await Promise.all(['kvm1', 'kvm2'].map(async (host) => lab.reboot(host)));

    expect(
      await lab.read('kvm1', 'ip -br link show master bond6 | cut -c 1-4; ls /sys/class/net/br6/brif'),
    ).toBe('eno4\neno5\nbond6\n');
    expect(
      await lab.read('kvm1', 'cat /sys/class/net/bond6/bonding/mode /sys/class/net/bond6/bonding/miimon'),
    ).toBe('balance-alb 6\n100\n');
    await lab.addGuest('kvm1', 'a', { bridge: 'brvlan6-10', address: '10.128.0.96/22' });
    await lab.addGuest('kvm2', 'b', { bridge: 'brvlan6-10', address: '10.128.0.97/22' });
    await lab.addGuest('kvm2', 'c', { bridge: 'brvlan6-12', address: '10.128.2.10/22' });
    expect(await lab.guestPing('kvm1', 'a', '10.128.0.97')).toBe(true);
    expect(await lab.guestPing('kvm1', 'a', '10.128.2.10')).toBe(false);
  });

  it('keeps what was on the disk when the power was cut', async () => {
    await lab.read('kvm2', 'echo kept > /etc/kept; sync');

    await lab.kill('kvm2');
    const whileOff = lab.status().map(({ isUp }) => isUp);
    await expect(lab.run('kvm2', 'true')).rejects.toThrow('kvm2 is switched off');
    await lab.boot('kvm2');

    expect(whileOff).toEqual([true, false]);
    expect(await lab.read('kvm2', 'cat /etc/kept')).toBe('kept\n');
  });

  it('compares values as exactly as EL7 does: TYPE=bridge makes none, SLAVE=YES joins nothing', async () => {
    const misspelt = {
      ...layoutL3,
      'ifcfg-brvlan6-10': 'DEVICE=brvlan6-10\nTYPE=bridge\nONBOOT=yes\nBOOTPROTO=none\n',
      'ifcfg-br6.10': '',
      'ifcfg-eno5': 'DEVICE=eno5\nMASTER=bond6\nSLAVE=YES\nONBOOT=yes\nBOOTPROTO=none\n',
    };
    await lab.read('kvm2', writeFiles(misspelt) + 'rm $scripts/ifcfg-br6.10; sync');

    await lab.reboot('kvm2', { hard: true });

    expect(await lab.read('kvm2', 'cat /sys/class/net/bond6/bonding/slaves')).toBe('eno4\n');
    expect((await lab.run('kvm2', 'test -e /sys/class/net/brvlan6-10')).code).toBe(1);
    expect(await lab.read('kvm2', 'cat /run/network-start.log')).toContain(
      'Device brvlan6-10 does not seem to be present',
    );
  });

  it('puts address, gateway and DNS of eno3 onto its bridge, over which SSH then comes', async () => {
    await lab.read('kvm1', writeFiles(layoutL1));

    await lab.reboot('kvm1');

    expect(
      await lab.read('kvm1', 'ip -4 -br address show eno3; ip -4 -br address show breno3 | cut -c 1-'),
    ).toMatch(/^breno3 +UP +10\.128\.1\.11\/24 *\n$/);
    expect(await lab.read('kvm1', 'ip route show default; cat /etc/resolv.conf')).toBe(
      'default via 10.128.1.1 dev breno3 \nnameserver 192.168.0.168\n',
    );
    expect((await ssh('kvm1', 'uname -n', { overEno3: true })).stdout).toBe('kvm1\n');
  });
});

describe('openLab', () => {
  it('finds a lab that another process made', async () => {
    const found = await openLab(lab.directory);

    expect(found.hosts).toEqual(lab.hosts);
    expect(await found.read('kvm1', 'uname -n')).toBe('kvm1\n');
  });

  it('says that there is none', async () => {
    await expect(openLab(join(tmpdir(), 'no-lab'))).rejects.toThrow('there is no lab in');
  });
});

describe('labDown', () => {
  it('ends a lab whose relay died, its kernels included', async () => {
    const dying = await labUp(await makeDirectory(), { hosts: 1 });
    const { relay } = (await readJson(join(dying.directory, 'lab.json'))) as { relay: { pid: number } };
    const kernel = (await readJson(join(dying.directory, 'hosts/kvm1/kernel.json'))) as { pid: number };

    kill(relay.pid, 'SIGKILL');
    while (existsSync(`/proc/${relay.pid}`)) await sleep(10);
    const opened = await openLab(dying.directory).catch((error: unknown) => String(error));
    const wasThere = await labDown(dying.directory);

    expect(opened).toContain('has ended');
    expect(wasThere).toBe(true);
    expect(existsSync(`/proc/${kernel.pid}`)).toBe(false);
    expect(existsSync(dying.directory)).toBe(false);
  });

  it('touches nothing where there is no lab', async () => {
    const directory = await makeDirectory();

    const wasThere = await labDown(directory);
    const isThere = existsSync(directory);
    await rmdir(directory);

    expect([wasThere, isThere]).toEqual([false, true]);
  });
});

const layoutL3: Readonly<Record<string, string>> = {
  'ifcfg-eno4': 'DEVICE=eno4\nMASTER=bond6\nSLAVE=yes\nBOOTPROTO=none\nONBOOT=yes\n',
  'ifcfg-eno5': 'DEVICE=eno5\nMASTER=bond6\nSLAVE=yes\nBOOTPROTO=none\nONBOOT=yes\n',
  'ifcfg-bond6':
    'DEVICE=bond6\nTYPE=Bond\nBONDING_MASTER=yes\nBONDING_OPTS="mode=6 miimon=100"\nBRIDGE=br6\nBOOTPROTO=none\nONBOOT=yes\n',
  ...bridgeFile('br6'),
  ...vlanFiles(10),
  ...vlanFiles(12),
};

const layoutL1: Readonly<Record<string, string>> = {
  'ifcfg-eno3': 'DEVICE=eno3\nBRIDGE=breno3\nBOOTPROTO=none\nONBOOT=yes\n',
  'ifcfg-breno3': `${bridgeFile('breno3')['ifcfg-breno3'] ?? ''}IPADDR=10.128.1.11\nPREFIX=24\nGATEWAY=10.128.1.1\nDNS1=192.168.0.168\n`,
};

function bridgeFile(name: string): Record<string, string> {
  return { [`ifcfg-${name}`]: `DEVICE=${name}\nTYPE=Bridge\nSTP=off\nDELAY=0\nBOOTPROTO=none\nONBOOT=yes\n` };
}

function vlanFiles(id: number): Record<string, string> {
  return {
    [`ifcfg-br6.${id}`]: `DEVICE=br6.${id}\nVLAN=yes\nBRIDGE=brvlan6-${id}\nBOOTPROTO=none\nONBOOT=yes\n`,
    ...bridgeFile(`brvlan6-${id}`),
  };
}

function writeFiles(files: Readonly<Record<string, string>>): string {
  const writes = Object.entries(files).map(
    ([name, content]) => `cat > $scripts/${name} <<'END'\n${content}END\n`,
  );
  return `scripts=/etc/sysconfig/network-scripts\n${writes.join('')}`;
}

async function ssh(
  name: string,
  command: string,
  options: { readonly overEno3?: boolean; readonly timeout?: number } = {},
): Promise<{ stdout: string; stderr: string }> {
  const [program = '', ...argv] = lab.sshCommand(name);
  const host = lab.hosts.find((candidate) => candidate.name === name);
  if (options.overEno3 === true) argv[argv.indexOf('-p') + 1] = String(host?.eno3Port);
  const settings = ['-o', `ConnectTimeout=${options.timeout ?? 20}`, '-o', 'BatchMode=yes'];
  return execute(program, [...settings, ...argv, command]);
}

async function readJson(file: string): Promise<unknown> {
  return JSON.parse(await readFile(file, 'utf8'));
}

async function makeDirectory(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'kvmplay-lab-'));
}
