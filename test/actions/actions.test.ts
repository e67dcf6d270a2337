import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { assertThat } from '../../src/actions/assert-that.ts';
import { command } from '../../src/actions/command.ts';
import { defineAction } from '../../src/actions/define-action.ts';
import { shell } from '../../src/actions/shell.ts';
import { waitFor } from '../../src/actions/wait-for.ts';
import type { EngineOptions } from '../../src/engine/fleet/run-options.ts';
import type { Host } from '../../src/model/host.ts';
import { fakeHost } from '../../src/testing.ts';
import { ensureGreeting, type GreetingRun, runOn } from '../engine/greeting.ts';

const folder = mkdtempSync(join(tmpdir(), 'kvmplay-actions-'));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a play on this machine, and says what came of it besides. */
async function on<T>(
  work: (host: Host<unknown>) => Promise<T>,
  options: Partial<EngineOptions> = {},
): Promise<GreetingRun & { readonly value: T | undefined; readonly error: string | undefined }> {
  let value: T | undefined;
  const run = await runOn(['kvm1'], async (host) => void (value = await work(host)), options);
  return { ...run, value, error: run.summary.hosts[0]?.error?.message };
}

describe('command', () => {
  it('runs a program whose arguments no shell reads', async () => {
    const { value, tasks } = await on((host) =>
      command(host, { argv: ['printf', '%s|', "it's", '$HOME', 'a  b', '*', '-n'] }),
    );

    expect(value).toMatchObject({ changed: true, output: { code: 0, stdout: "it's|$HOME|a  b|*|-n|" } });
    expect(tasks).toEqual([String.raw`changed command printf %s| "it's" "$HOME" "a  b" * -n`]);
  });

  it('fails with what the program said', async () => {
    const { error, tasks, summary } = await on((host) =>
      command(host, { argv: ['sh', '-c', 'echo no such bridge >&2; exit 7'] }),
    );

    expect(error).toBe('`sh -c "echo no such bridge >&2; exit 7"` ended with 7 on kvm1');
    expect(summary.hosts[0]?.error?.details).toEqual(['no such bridge']);
    expect(summary.hosts[0]?.error?.place).toMatch(/actions\.test\.ts:\d+:\d+$/);
    expect(tasks).toEqual(['failed command sh -c "echo no such bridge >&2; exit 7"']);
  });

  it('does not run when `creates` is there, and tells so in check mode too', async () => {
    const made = join(folder, 'made');
    const make = (host: Host<unknown>) => command(host, { argv: ['touch', made], creates: made });

    const runs = [
      await on(make, { checkMode: true }),
      await on(make),
      await on(make, { checkMode: true }),
      await on(make),
    ];

    expect(runs.map(({ summary }) => summary.hosts[0]?.outcome)).toEqual(['changed', 'changed', 'ok', 'ok']);
    expect(runs.map(({ value }) => value?.output?.code)).toEqual([undefined, 0, undefined, undefined]);
  });

  it('runs only when `removes` is there', async () => {
    const doomed = join(folder, 'doomed');
    writeFileSync(doomed, '');
    const remove = (host: Host<unknown>) =>
      command(host, { argv: ['rm', 'doomed'], chdir: folder, removes: 'doomed' });

    const outcomes = [await on(remove), await on(remove)].map(({ tasks }) => tasks);

    expect(outcomes).toEqual([['changed command rm doomed'], ['ok command rm doomed']]);
    expect(existsSync(doomed)).toBe(false);
  });

  it('runs in a folder, and names one that is not there', async () => {
    const here = await on((host) => command(host, { argv: ['pwd'], chdir: folder }));
    const nowhere = await on((host) =>
      command(host, { argv: ['pwd'], chdir: '/nowhere', failedWhen: () => false }),
    );

    expect(here.value?.output?.stdout).toBe(`${folder}\n`);
    expect(nowhere.error).toBe('chdir is /nowhere, it should be a folder on kvm1');
  });

  it('is ok, changed or failed as the result says', async () => {
    const grep = (host: Host<unknown>, script: string) =>
      command(host, {
        argv: ['sh', '-c', script],
        changedWhen: ({ stdout }) => stdout.includes('updated'),
        failedWhen: ({ code }) => code > 1,
      });

    const tasks = await Promise.all(
      ['exit 1', 'echo updated', 'exit 2'].map(
        async (script) => (await on((host) => grep(host, script))).tasks[0],
      ),
    );

    expect(tasks.map((task) => task?.split(' ')[0])).toEqual(['ok', 'changed', 'failed']);
  });

  it('runs in check mode when it never changes anything', async () => {
    const { value, tasks } = await on(
      (host) => command(host, { argv: ['printf', 'read'], changedWhen: false }),
      { checkMode: true },
    );

    expect(value).toEqual({ changed: false, output: { code: 0, stdout: 'read', stderr: '' } });
    expect(tasks).toEqual(['ok command printf read']);
  });

  it('feeds standard input and environment, which stand in no argument list and no event', async () => {
    const secrets = { stdin: "top 'secret'\n", environment: { TOKEN: "hidden $x 'y'" } };
    const spy = `cat; printf '%s\\n' "$TOKEN"; for pid in $PPID $$; do tr '\\0' ' ' < /proc/$pid/cmdline; done`;

    const { value, events } = await on((host) => command(host, { argv: ['sh', '-c', spy], ...secrets }));

    expect(value?.output?.stdout).toContain("top 'secret'\nhidden $x 'y'\n");
    expect(value?.output?.stdout.split('\n').slice(2).join('\n')).not.toMatch(/secret|hidden/);
    expect(JSON.stringify(events)).not.toMatch(/top 'secret|hidden/);
  });

  it('does not mind a program that leaves its standard input alone', async () => {
    const { value } = await on((host) => command(host, { argv: ['true'], stdin: 'x'.repeat(1_000_000) }));

    expect(value?.output).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it('ends a program that takes too long', async () => {
    const { error } = await on((host) => command(host, { argv: ['sleep', '30'], timeout: 0.2 }));

    expect(error).toMatch(/did not end within/);
  });

  it('asks facts again afterwards, since it may have changed anything', async () => {
    const { summary } = await on(async (host) => {
      await host.perform(ensureGreeting, 'hello');
      await command(host, { argv: ['true'] });
      await host.perform(ensureGreeting, 'hello');
    });

    expect(summary.hosts).toMatchObject([{ connections: 1, execs: 3 }]);
  });

  it.each([
    ['no program', { argv: [] }, 'argv is [], it should be a list of a program and its arguments, all text'],
    ['a field that is none', { argv: ['a'], when: 1 }, 'unknown field when'],
    [
      'a name that no environment has',
      { argv: ['a'], environment: { 'A-B': 'x' } },
      'command a: environment has the name "A-B", it should be of letters, digits and _',
    ],
    [
      'a time that is none',
      { argv: ['a'], timeout: -1 },
      'timeout is -1, it should be seconds, from 0 to 86400',
    ],
    [
      'a secret of the wrong kind, without it',
      { argv: ['a'], environment: { PIN: 1234 } },
      'command: environment.PIN should be text',
    ],
  ])('refuses %s', async (_, input, sentence) => {
    const { error } = await on((host) => host.act(command.action, input));

    expect(error).toContain(sentence);
    expect(error).not.toContain('1234');
  });
});

describe('shell', () => {
  it('runs a script, values beside it', async () => {
    const { value, tasks } = await on((host) =>
      shell(host, { script: 'printf "%s\\n" "$@" |\n  sort', args: ['b; exit 9', 'a'] }),
    );

    expect(value?.output?.stdout).toBe('a\nb; exit 9\n');
    expect(tasks).toEqual(['changed shell printf "%s\\n" "$@" | …']);
  });

  it('takes the code of a script that reads standard input', async () => {
    const { value } = await on((host) =>
      shell(host, { script: 'read -r line; exit "${#line}"', stdin: 'abc\n', failedWhen: () => false }),
    );

    expect(value?.output?.code).toBe(3);
  });
});

describe('assertThat', () => {
  it('passes what is true, and calls a function when its turn comes', async () => {
    const { tasks } = await on(
      async (host) => {
        let turn = 'early';
        const assertion = assertThat(host, { that: () => turn === 'late', message: 'it is early' });
        turn = 'late';
        await assertion;
      },
      { checkMode: true },
    );

    expect(tasks).toEqual(['ok assertThat']);
  });

  it('ends the play in check mode too, and skips what was only planned', async () => {
    const { error, tasks } = await on(
      async (host) => {
        await host.perform(ensureGreeting, 'bonjour');
        await assertThat(host, { that: false, message: 'the MTU of eno4 is not 9000' });
      },
      { checkMode: true },
    );

    expect(error).toBe('the MTU of eno4 is not 9000');
    expect(tasks).toEqual(['skipped ensureGreeting bonjour', 'failed assertThat']);
  });
});

describe('waitFor', () => {
  it('waits for a path that comes, and for one that goes', async () => {
    const late = join(folder, 'late');
    setTimeout(() => writeFileSync(late, ''), 300);
    const come = await on((host) => waitFor(host, { path: late, timeout: 20 }));
    setTimeout(() => rmSync(late), 300);
    const gone = await on((host) => waitFor(host, { path: late, state: 'absent', timeout: 20 }));

    expect([come, gone].map(({ tasks }) => tasks)).toEqual([
      [`ok waitFor ${late}`],
      [`ok waitFor absent ${late}`],
    ]);
    expect(come.value?.output?.seconds).toBeGreaterThanOrEqual(0);
    expect(come.summary.hosts[0]?.execs).toBe(1);
  });

  it('waits for a port', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const open = await on((host) => waitFor(host, { port, timeout: 20 }));
    await new Promise((resolve) => void server.close(resolve));
    const closed = await on((host) => waitFor(host, { port, timeout: 1 }));

    expect(open.tasks).toEqual([`ok waitFor port ${String(port)} of 127.0.0.1`]);
    expect(closed.error).toBe(`port ${String(port)} of 127.0.0.1 did not come about on kvm1 within 1 s`);
  });

  it('waits for a program to say yes', async () => {
    const { tasks } = await on((host) => waitFor(host, { argv: ['test', '-d', folder], timeout: 5 }));

    expect(tasks).toEqual([`ok waitFor test -d ${folder}`]);
  });

  it('does not wait in check mode', async () => {
    const { tasks } = await on((host) => waitFor(host, { path: '/nowhere' }), { checkMode: true });

    expect(tasks).toEqual(['skipped waitFor /nowhere (check)']);
  });

  it('refuses to wait for two things', async () => {
    const { error } = await on((host) => waitFor(host, { port: 22, path: '/x' }));

    expect(error).toBe(
      'waitFor port 22 of 127.0.0.1: 2 of port, path and argv are given, it should be one of them',
    );
  });
});

describe('defineAction', () => {
  const file = join(folder, 'note');
  const leaveNote = defineAction({
    name: 'leaveNote',
    schema: z.object({ text: z.string() }),
    subject: ({ text }) => text,
    effect: 'changes',
    isDone: async ({ text }, host) => (await host.run({ argv: ['grep', '-qx', text, file] })).code === 0,
    run: async ({ text }, host) => {
      const { code } = await host.run({ script: 'cat > "$1"', args: [file], stdin: `${text}\n` });
      return { changed: true, output: code };
    },
  });

  it('makes an action that runs when there is something to do', async () => {
    const runs = [
      await on((host) => leaveNote(host, { text: 'hi' })),
      await on((host) => leaveNote(host, { text: 'hi' })),
    ];

    expect(runs.map(({ tasks }) => tasks)).toEqual([['changed leaveNote hi'], ['ok leaveNote hi']]);
    expect(readFileSync(file, 'utf8')).toBe('hi\n');
  });

  it('makes one that a fake host runs too', async () => {
    const commands: string[] = [];
    const host = fakeHost({
      commands: (text) => {
        commands.push(text);
        return { code: text.startsWith('grep') ? 1 : 0, stdout: '', stderr: '' };
      },
    });

    const { changed, output } = await leaveNote(host, { text: "it's" });

    expect({ changed, output }).toEqual({ changed: true, output: 0 });
    expect(commands).toEqual([String.raw`grep -qx 'it'\''s' ${file}`, 'cat > "$1"']);
  });
});
