import { describe, expect, it } from '@jest/globals';
import { endGuard, readGuard, type GuardStatus } from '../../../src/engine/transaction/guard.ts';
import type { Transport } from '../../../src/transports/transport.ts';
import { inventoryHost } from '../fake-fleet.ts';

interface FakeTransport extends Transport {
  readonly scripts: readonly string[];
}

/** Answers one script after the other. */
function answering(...outputs: readonly string[]): FakeTransport {
  const scripts: string[] = [];
  return {
    scripts,
    connect: () =>
      Promise.resolve({
        exec: (script) => {
          scripts.push(script);
          return Promise.resolve({ stdout: outputs[scripts.length - 1] ?? '', stderr: '', code: 0 });
        },
        close: () => Promise.resolve(),
      }),
  };
}

const kvm1 = inventoryHost('kvm1');

/** What a host prints of a transaction in a phase. */
function token(phase: string, lines = ''): string {
  return `token token.${phase}.20260101-ab12.4.-\nowner ada from desk7\n${lines}`;
}

const ours = { id: '20260101-ab12', owner: 'ada from desk7', unfinished: [] };

describe('readGuard', () => {
  it.each<[string, string, Omit<GuardStatus, 'host'>]>([
    ['nothing', '', { state: 'none', unfinished: [] }],
    [
      'a transaction that has ended',
      'token token.free.20260101-ab12.0.-\n',
      { state: 'none', unfinished: [] },
    ],
    [
      'an interrupted commit only',
      'unfinished 20260101-ab12\nunfinished\nfile /etc/a\nfile /etc/b c\n',
      { state: 'none', unfinished: [{ id: '20260101-ab12', files: ['/etc/a', '/etc/b c'] }] },
    ],
    [
      'an interrupted commit that somebody repaired by hand',
      'unfinished 20260101-ab12\nconflict 1\nfile /etc/a\nfile /etc/b\n',
      {
        state: 'none',
        unfinished: [{ id: '20260101-ab12', files: ['/etc/a', '/etc/b'], conflict: '/etc/b' }],
      },
    ],
    [
      'a change that waits to be confirmed',
      token('applied', 'deadline.117\nuptime 100\nguard alive\n'),
      { ...ours, state: 'armed', secondsLeft: 17 },
    ],
    [
      'a guard that is due',
      token('applied', 'deadline.98\nuptime 100\nguard alive\n'),
      { ...ours, state: 'armed', secondsLeft: 0 },
    ],
    [
      'a guard that was killed',
      token('applied', 'deadline.117\nuptime 100\nguard dead\n'),
      { ...ours, state: 'armed', secondsLeft: 17, wasGuardDead: true },
    ],
    ['a rollback under way', token('rolling'), { ...ours, state: 'rolling back' }],
    ['a commit under way', token('committing'), { ...ours, state: 'committing' }],
    ['a step under way', token('applying'), { ...ours, state: 'applying' }],
    ['preparations under way', token('staging', 'guard dead\n'), { ...ours, state: 'staging' }],
    [
      'an owner who would steer the terminal',
      `token token.rolling.20260101-ab12.4.1-1\nowner ada\u001B[2J\u009B31m ${'x'.repeat(5000)}\n`,
      { ...ours, state: 'rolling back', owner: `ada [2J 31m ${'x'.repeat(187)}…` },
    ],
    [
      'an id that is no name of a folder',
      'token token.applied.../../etc.0.-\n',
      { state: 'none', unfinished: [] },
    ],
  ])('understands a host with %s', async (_, output, expected) => {
    expect(await readGuard(kvm1, { transport: answering(output) })).toEqual({ host: 'kvm1', ...expected });
  });
});

describe('endGuard', () => {
  const armed = token('applied');

  it.each([
    ['says that there is nothing to confirm', 'confirm', [''], true, 'no transaction'],
    [
      'confirms',
      'confirm',
      [armed, 'outcome committed\n'],
      true,
      'transaction 20260101-ab12 is confirmed, and its files are in place',
    ],
    [
      'tells that the guard was quicker than the confirmation',
      'confirm',
      [armed, 'outcome rolled-back guard\n'],
      false,
      'transaction 20260101-ab12 is rolled back',
    ],
    [
      'rolls back',
      'rollback',
      [armed, 'outcome rolled-back controller\nundo-errors 0\n'],
      true,
      'transaction 20260101-ab12 is rolled back',
    ],
    [
      'counts what could not be taken back',
      'rollback',
      [armed, 'outcome rolled-back controller\nundo-errors 2\n'],
      false,
      'transaction 20260101-ab12 is rolled back, but 2 of its steps could not be taken back',
    ],
    [
      'waits for a commit that is under way',
      'confirm',
      [token('committing'), 'outcome committed\n'],
      true,
      'transaction 20260101-ab12 is confirmed, and its files are in place',
    ],
    [
      'does not confirm half a change',
      'confirm',
      [token('applying'), 'outcome applying\n'],
      false,
      'transaction 20260101-ab12 is not applied yet, so it cannot be confirmed',
    ],
    [
      'cancels what has not begun',
      'rollback',
      [token('staging'), 'outcome cancelled\n'],
      true,
      'transaction 20260101-ab12 is cancelled before its first step',
    ],
    [
      'does not clear what has something to undo',
      'clear',
      [armed],
      false,
      'transaction 20260101-ab12 is armed, and has something to undo: confirm it or roll it back; --force drops it, and nothing undoes it then',
    ],
    [
      'clears a commit that cannot be finished',
      'clear',
      ['unfinished 20260101-ab12\nconflict 0\nfile /etc/a\n', 'outcome cleared\n'],
      true,
      'dropped an unfinished commit: /etc/a stay as they are',
    ],
    ['has nothing to clear', 'clear', [''], true, 'no transaction'],
  ] as const)('%s', async (_, action, outputs, isDone, sentence) => {
    const transport = answering(...outputs);

    expect(await endGuard(kvm1, action, { transport })).toEqual({ isDone, sentence });
  });

  it('drops by force what has something to undo', async () => {
    const transport = answering(armed);

    const { isDone } = await endGuard(kvm1, 'clear', { transport, force: true });

    expect(isDone).toBe(true);
    expect(transport.scripts[1]).toContain('sh /run/kvmplay/20260101-ab12/transaction drop');
  });
});
