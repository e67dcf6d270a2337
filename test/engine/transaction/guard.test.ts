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
const begun = 'id 20260101-ab12\nowner ada from desk7\n';

describe('readGuard', () => {
  it.each<[string, string, Omit<GuardStatus, 'host'>]>([
    ['nothing', '', { state: 'none', hasUnfinishedCommit: false }],
    ['an interrupted commit only', 'unfinished\n', { state: 'none', hasUnfinishedCommit: true }],
    [
      'a change that waits to be confirmed',
      `${begun}state armed\nleft 17\n`,
      {
        state: 'armed',
        id: '20260101-ab12',
        owner: 'ada from desk7',
        secondsLeft: 17,
        hasUnfinishedCommit: false,
      },
    ],
    [
      'a guard that is due',
      `${begun}state armed\nleft -2\n`,
      {
        state: 'armed',
        id: '20260101-ab12',
        owner: 'ada from desk7',
        secondsLeft: 0,
        hasUnfinishedCommit: false,
      },
    ],
    [
      'a rollback under way',
      `${begun}state rolling back\n`,
      { state: 'rolling back', id: '20260101-ab12', owner: 'ada from desk7', hasUnfinishedCommit: false },
    ],
    [
      'a commit under way, with its mark',
      `${begun}unfinished\nstate committing\n`,
      { state: 'committing', id: '20260101-ab12', owner: 'ada from desk7', hasUnfinishedCommit: true },
    ],
    [
      'a lock with nothing in it',
      'id \nowner \nstate stale\n',
      { state: 'stale', owner: '', hasUnfinishedCommit: false },
    ],
    [
      'an owner who would steer the terminal',
      `id 20260101-ab12\nowner ada\u001B[2J\u009B31m ${'x'.repeat(5000)}\nstate stale\n`,
      {
        state: 'stale',
        id: '20260101-ab12',
        owner: `ada [2J 31m ${'x'.repeat(187)}…`,
        hasUnfinishedCommit: false,
      },
    ],
    [
      'an id that is no name of a folder',
      'id ../../etc\nowner ada\nstate stale\n',
      { state: 'stale', owner: 'ada', hasUnfinishedCommit: false },
    ],
  ])('understands a host with %s', async (_, output, expected) => {
    expect(await readGuard(kvm1, { transport: answering(output) })).toEqual({ host: 'kvm1', ...expected });
  });
});

describe('endGuard', () => {
  const armed = `${begun}state armed\nleft 17\n`;
  const stale = `${begun}state stale\n`;

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
      'does not clear a change that a guard watches',
      'clear',
      [armed],
      false,
      'transaction 20260101-ab12 is armed: it can be confirmed or rolled back',
    ],
    ['clears a stale lock', 'clear', [stale], true, 'removed the lock of transaction 20260101-ab12'],
    [
      'does not confirm what nothing could end',
      'confirm',
      [stale],
      false,
      'transaction 20260101-ab12 is stale: nothing is left that could end it but guard clear',
    ],
  ] as const)('%s', async (_, action, outputs, isDone, sentence) => {
    const transport = answering(...outputs);

    expect(await endGuard(kvm1, action, { transport })).toEqual({ isDone, sentence });
  });

  it('removes nothing but the lock when the id is no name of a folder', async () => {
    const transport = answering('id ../../etc\nstate stale\n');

    await endGuard(kvm1, 'clear', { transport });

    expect(transport.scripts[1]).toBe('rm -rf /run/kvmplay/active \n');
  });
});
