import { describe, expect, it } from '@jest/globals';
import { ensureKernelModule, ensureSysctl, PlanError, TaskInputError } from '../../src/index.ts';
import { fakeHost } from '../../src/testing.ts';
import { linesOf } from './system-support.ts';

const file = '/etc/sysctl.d/60-kvmplay.conf';
const forward = 'net.ipv4.ip_forward';
const callIptables = 'net.bridge.bridge-nf-call-iptables';

describe('ensureSysctl', () => {
  it('sets the kernel and the file of the next boot', async () => {
    const host = fakeHost();

    const { output } = await ensureSysctl(host, { key: forward, value: 1 });

    expect(host.changes).toEqual([
      { kind: 'sysctl.set', key: forward, before: '0', after: '1' },
      { kind: 'file.write', path: file, mode: 0o644, after: 'net.ipv4.ip_forward = 1\n' },
    ]);
    expect(output).toEqual({ value: '1' });
  });

  it('writes only the file where the kernel has the value already', async () => {
    expect(await linesOf({}, (host) => ensureSysctl(host, { key: forward, value: 0 }))).toEqual([
      `+ file ${file} mode 0644`,
    ]);
  });

  it('keeps other lines, says a thing once, and knows its own spelling', async () => {
    const before = '# ours\n-net/ipv4/ip_forward = 0\nvm.swappiness=10\n net.ipv4.ip_forward = 1\n';
    const host = fakeHost({ files: { [file]: before }, sysctls: { [forward]: '1' } });

    await ensureSysctl(host, { key: forward, value: 1 });
    await ensureSysctl(host, { key: 'vm.swappiness', value: '10' });

    expect(host.files.get(file)?.content).toBe('# ours\nnet.ipv4.ip_forward = 1\nvm.swappiness=10\n');
    expect(host.changes).toHaveLength(2);
  });

  it('compares several values by their words', async () => {
    const key = 'net.ipv4.tcp_rmem';
    const host = fakeHost({ sysctls: { [key]: '4096 131072 6291456' } });

    await ensureSysctl(host, { key, value: '4096\t131072  6291456' });

    expect(host.files.get(file)?.content).toBe('net.ipv4.tcp_rmem = 4096 131072 6291456\n');
    expect(host.changes).toHaveLength(1);
  });

  it('takes a setting out of the file and leaves the kernel alone', async () => {
    const files = { [file]: 'net.ipv4.ip_forward = 1\n\n' };
    const absent = { key: forward, state: 'absent' } as const;

    expect(await linesOf({ files }, (host) => ensureSysctl(host, absent))).toEqual([`- file ${file}`]);
    expect(await linesOf({}, (host) => ensureSysctl(host, absent))).toEqual([]);
  });

  it('only remembers a setting whose module is not loaded, and says so', async () => {
    const host = fakeHost();

    const { output, warnings } = await ensureSysctl(host, { key: callIptables, value: 0 });

    expect(host.files.get(file)?.content).toBe('net.bridge.bridge-nf-call-iptables = 0\n');
    expect(warnings).toEqual([
      `${callIptables} is only in ${file}: the kernel has it once module br_netfilter is loaded`,
    ]);
    expect(output).toEqual({ value: undefined });
  });

  it('turns off at once what a module turns on that is loaded before', async () => {
    const host = fakeHost();

    await ensureKernelModule(host, { name: 'br_netfilter' });
    await ensureSysctl(host, { key: callIptables, value: 0 });

    expect(host.sysctls.get(callIptables)).toBe('0');
    expect(host.warnings).toEqual([]);
  });

  it('refuses a setting that no kernel has', async () => {
    await expect(ensureSysctl(fakeHost(), { key: 'net.ipv4.ip_foward', value: 1 })).rejects.toThrow(
      new PlanError('kernel 3.10.0-957.el7.x86_64 has no setting net.ipv4.ip_foward'),
    );
  });

  it('warns of a file that is read later and says otherwise', async () => {
    const files = {
      '/etc/sysctl.conf': 'net.ipv4.ip_forward = 0\n',
      '/etc/sysctl.d/10-early.conf': 'net.ipv4.ip_forward = 0\n',
      '/usr/lib/sysctl.d/70-same.conf': 'net.ipv4.ip_forward = 1\n',
    };

    const { warnings } = await ensureSysctl(fakeHost({ files }), { key: forward, value: 1 });

    expect(warnings).toEqual([`/etc/sysctl.conf is read after ${file} and sets net.ipv4.ip_forward to 0`]);
  });

  it.each([
    ['a key with slashes', { key: 'net/ipv4/ip_forward', value: 1 }],
    ['a key that leaves /proc/sys', { key: 'net.//.//.etc', value: 1 }],
    ['a key with a blank', { key: 'net.ipv4 ip', value: 1 }],
    ['a key of one word', { key: 'vm', value: 1 }],
    ['no value', { key: forward }],
    ['a value of two lines', { key: forward, value: '1\n2' }],
  ])('refuses %s', (_, input) => {
    expect(() => ensureSysctl.task.validate(input)).toThrow(TaskInputError);
  });
});
