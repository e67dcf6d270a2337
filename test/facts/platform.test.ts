import { describe, expect, it } from '@jest/globals';
import { platform } from '../../src/facts/platform.ts';
import { fixture, ipThatPrints, runScript, shellRows } from './shells.ts';

const el7 = platform.parse(fixture('synthetic-el7/platform.txt'));

describe('platform', () => {
  it('tells what a host is', () => {
    expect(platform.parse(fixture('kernel-6.1/platform.txt'))).toEqual({
      distribution: { id: 'debian', version: '12', name: 'Debian GNU/Linux 12 (bookworm)' },
      kernel: '6.1.176',
      hostname: 'kvm1',
      isRoot: true,
      tools: ['ip', 'bridge', 'modprobe', 'systemctl', 'systemd-run', 'setsid', 'flock', 'networkctl'],
      ipVersion: '6.1.0',
      modules: { bonding: 'present', '8021q': 'present', bridge: 'present' },
      networkServices: [],
      systemdRuns: false,
    });
  });

  it('tells who configures the network of an EL7 host', () => {
    expect(el7).toMatchObject({
      distribution: { id: 'centos', version: '7', name: 'CentOS Linux 7 (Core)' },
      ipVersion: 'ss170501',
      modules: { bonding: 'loadable', '8021q': 'present', bridge: 'present' },
      networkServices: ['initscripts', 'NetworkManager'],
      systemdRuns: true,
    });
    expect(el7).not.toHaveProperty('networkRoot');
  });

  it.each([
    ['CentOS release 6.10 (Final)', { id: 'centos', version: '6.10' }],
    ['Red Hat Enterprise Linux Server release 6.9 (Santiago)', { id: 'rhel', version: '6.9' }],
  ])('knows a system without os-release: %s', (release, expected) => {
    const { distribution } = platform.parse(`kernel 2.6.32\nhostname kvm1\nrelease ${release}\n`);

    expect(distribution).toEqual({ ...expected, name: release });
  });

  it.each([
    ['an ordinary user', 'Uid:\t1000\t1000\t1000\t1000', false],
    ['root by an effective id', 'Uid:\t1000\t0\t0\t0', true],
  ])('knows %s', (_case, line, isRoot) => {
    expect(platform.parse(`kernel 6.1\n${line}\n`).isRoot).toBe(isRoot);
  });

  it.each([
    ['/ on NFS', 'server:/root / nfs4 rw,relatime 0 0\n', 'nfs4'],
    ['/usr on NFS', '/dev/sda1 / ext4 rw 0 0\nserver:/usr /usr nfs ro 0 0\n', 'nfs'],
    ['a disk mounted over NFS', 'server:/root / nfs rw 0 0\n/dev/sda1 / ext4 rw 0 0\n', undefined],
  ])('sees %s', (_case, mounts, networkRoot) => {
    expect(platform.parse(`kernel 6.1\n${mounts}`).networkRoot).toBe(networkRoot);
  });

  it('refuses an answer without a kernel', () => {
    expect(() => platform.parse('hostname kvm1\n')).toThrow('the kernel does not report its release');
  });

  it('has a module once it is loaded, and knows of no other change', () => {
    const after = platform.after(el7, {
      kind: 'module.load',
      name: 'bonding',
      parameters: { max_bonds: '0' },
    });

    expect(after.modules.bonding).toBe('present');
    expect(platform.after(el7, { kind: 'module.load', name: 'kvm', parameters: {} })).toBe(el7);
  });

  it('does not ask a rollback to unload modules', () => {
    const loaded = platform.after(el7, { kind: 'module.load', name: 'bonding', parameters: {} });

    expect(platform.comparable?.(loaded)).toEqual(platform.comparable?.(el7));
  });

  it.each(shellRows)('asks this machine under %s as under sh', (_name, shell) => {
    const script = ipThatPrints({ '-V': 'ip utility, iproute2-6.1.0, libbpf 1.1.2\n' }) + platform.script;

    const { stdout, stderr, code } = runScript(shell, script);

    // BusyBox counts its own tools, too.
    const { tools: _ownTools, ...answer } = platform.parse(stdout);
    const { tools: _tools, ...expected } = platform.parse(runScript(['sh'], script).stdout);
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
    expect(answer).toEqual({ ...expected, ipVersion: '6.1.0' });
  });
});
