import { describe, expect, it } from '@jest/globals';
import { runCli } from '../../src/cli/cli.ts';
import { fakeIo } from './fake-io.ts';

async function kvmplay(args: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const io = fakeIo();
  return { code: await runCli(args, io), ...io.written };
}

describe('kvmplay doc', () => {
  it('lists tasks, then actions, each with a sentence', async () => {
    const { code, stdout } = await kvmplay(['doc']);

    expect(code).toBe(0);
    expect(stdout).toMatch(/^ensureAddress  [^]*^ensureVlan  [^]*^assertThat  [^]*^command  [^]*^shell  /m);
    expect(stdout).toContain(
      '\ncommand             Runs a program.\nshell               Runs a script of POSIX sh',
    );
    expect(stdout).toMatch(
      /^waitFor {13}Waits until a port, a path or a program on a host answers, or no longer does\.$/m,
    );
  });

  it.each([
    ['a task', 'ensureBond', 'lacpRate'],
    ['a task by its file', 'ensure-bond', 'lacpRate'],
    ['an action', 'waitFor', '16509'],
  ])('prints the page of %s', async (_, name, part) => {
    const { code, stdout } = await kvmplay(['doc', name]);

    expect(code).toBe(0);
    expect(stdout).toContain(part);
  });

  it.each([
    ['ensureBnd', 'there is no task or action ensureBnd; is it ensureBond?'],
    [
      'ansible.builtin.lineinfile',
      'there is no task or action ansible.builtin.lineinfile; what that module does is done by ensureLines',
    ],
    ['comand', 'there is no task or action comand; is it command?'],
  ])('refuses %s and hints', async (name, sentence) => {
    expect(await kvmplay(['doc', name])).toEqual({ code: 1, stdout: '', stderr: `kvmplay: ${sentence}\n` });
  });
});
