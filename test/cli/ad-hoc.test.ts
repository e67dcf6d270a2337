import { existsSync, rmSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, jest } from '@jest/globals';
import { playbookFolder, runProgram, stagePackage, type Ended } from './staged-package.ts';

// Processes are started here, and a busy machine takes its time.
jest.setTimeout(60_000);

const staged = stagePackage();
const folder = playbookFolder({
  'fleet.yml': 'all:\n  vars: { ansible_connection: local }\n  hosts:\n    kvm[1:12]:\n',
  // Nobody listens on port 1.
  'mixed.yml':
    'all:\n  hosts:\n    gone: { ansible_host: 127.0.0.1, ansible_port: 1 }\n    kvm1: { ansible_connection: local }\n',
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function kvmplay(...args: readonly string[]): Promise<Ended> {
  return runProgram([staged.main, ...args], { cwd: folder });
}

describe('kvmplay exec', () => {
  it('shows equal answers once', async () => {
    expect(await kvmplay('exec', 'echo one; echo two >&2', '-i', 'fleet.yml')).toEqual({
      code: 0,
      stdout: 'kvm1..kvm12 (12 hosts): exit code 0\n  one\n  stderr: two\n12 hosts: 12 exit code 0\n',
      stderr: '',
    });
  });

  it('exits with 2 when the command ended otherwise on a host', async () => {
    // One of them makes it, whichever that is.
    const { code, stdout } = await kvmplay(
      'exec',
      `mkdir ${folder}/made || exit 3`,
      '-i',
      'fleet.yml',
      '-f',
      '3',
    );

    expect(code).toBe(2);
    expect(stdout).toMatch(/\(11 hosts\): exit code 3\n {2}stderr: mkdir: .*\nkvm\d+: exit code 0\n/);
    expect(stdout).toMatch(/\n12 hosts: 1 exit code 0, 11 exit code 3\n$/);
  });

  it('runs on the hosts of the pattern and of --limit alone', async () => {
    const { stdout } = await kvmplay('exec', 'true', 'kvm1:kvm2', '-i', 'fleet.yml', '-l', 'kvm2:kvm3');

    expect(stdout).toBe('kvm2: exit code 0\n1 host: 1 exit code 0\n');
  });

  it('takes variables that win over the inventory', async () => {
    const { stdout } = await kvmplay(
      'exec',
      'true',
      'gone',
      '-i',
      'mixed.yml',
      '-e',
      'ansible_connection=local',
    );

    expect(stdout).toBe('gone: exit code 0\n1 host: 1 exit code 0\n');
  });

  it('knows its two words in the wrong order', async () => {
    expect(await kvmplay('exec', 'kvm1:kvm2', 'uptime', '-i', 'fleet.yml')).toEqual({
      code: 1,
      stdout: '',
      stderr: 'kvmplay: uptime is no pattern of hosts, but kvm1:kvm2 is one: it should come second\n',
    });
  });

  it('keeps an answer of any bytes, apart by host, for programs', async () => {
    const { code, stdout } = await kvmplay(
      'exec',
      "printf 'a\\000b\\033[2J\\n'; echo oops >&2; exit 7",
      'kvm1',
      '-i',
      'fleet.yml',
      '--json',
    );

    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toEqual({
      kvm1: { outcome: 'failed', code: 7, stdout: 'a\u0000b\u001b[2J\n', stderr: 'oops\n' },
    });
  });

  it('lets no host speak to the terminal', async () => {
    const { stdout } = await kvmplay('exec', "printf '\\033[2J'", 'kvm1', '-i', 'fleet.yml', '--per-host');

    expect(stdout).toBe('kvm1: exit code 0\n  \\u001b[2J\n1 host: 1 exit code 0\n');
  });

  it('exits with 4 when hosts were unreachable and all others did well', async () => {
    expect(await kvmplay('exec', 'echo here', '-i', 'mixed.yml')).toMatchObject({
      code: 4,
      stdout: 'kvm1: exit code 0\n  here\n2 hosts: 1 exit code 0, 1 unreachable\n',
      stderr: expect.stringMatching(/^kvmplay: gone: unreachable: .*\n$/),
    });
  });

  it('gives up a command that runs too long', async () => {
    expect(await kvmplay('exec', 'sleep 50', 'kvm1', '-i', 'fleet.yml', '--task-timeout', '1')).toMatchObject(
      {
        code: 2,
        stderr: expect.stringContaining(' did not end within 1 s'),
      },
    );
  });

  it('refuses more output of a host than it would keep', async () => {
    expect(await kvmplay('exec', 'yes | head -c 5000000', 'kvm1', '-i', 'fleet.yml')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(' wrote more than 4 MiB'),
    });
  });

  it('has no check mode, and says why', async () => {
    const { code, stderr } = await kvmplay('exec', `touch ${folder}/touched`, '-i', 'fleet.yml', '-C');

    expect({ code, stderr }).toEqual({
      code: 1,
      stderr:
        'kvmplay: exec has no option -C: a command may change anything, so there is no check mode: hosts are looked at by kvmplay show, facts and ping\n',
    });
    expect(existsSync(join(folder, 'touched'))).toBe(false);
  });

  it('wants the command as one word', async () => {
    expect(await kvmplay('exec', 'uname', 'all', 'kvm1', '-i', 'fleet.yml')).toMatchObject({
      code: 1,
      stderr: 'kvmplay: exec takes no further word, but there is kvm1; see kvmplay exec --help\n',
    });
  });
});

describe('kvmplay ping', () => {
  it('tells who one is on each host, and what it runs', async () => {
    const { code, stdout, stderr } = await kvmplay('ping', 'kvm1', '-i', 'fleet.yml');

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(
      /^HOST +SECONDS +USER +SYSTEM +KERNEL +IPROUTE2\nkvm1 +\d+\.\d\d +\S.*\n1 of 1 hosts answered\.\n$/,
    );
    expect(stdout).toContain(userInfo().username);
  });

  it('exits with 4 when a host is unreachable', async () => {
    const { code, stdout, stderr } = await kvmplay('ping', '-i', 'mixed.yml', '--json');

    expect(code).toBe(4);
    expect(stderr).toMatch(/^kvmplay: gone: unreachable: /);
    expect(JSON.parse(stdout)).toMatchObject({
      kvm1: { outcome: 'ok', user: userInfo().username },
      gone: { outcome: 'unreachable', message: expect.stringContaining('127.0.0.1') },
    });
  });
});
