import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { kindOf } from '../../src/changes/index.ts';
import { endScript, launchScript, verifyScript } from '../../src/engine/transaction/transaction-script.ts';
import { transactionState } from '../../src/engine/transaction/transaction-state.ts';
import { toWork } from '../../src/engine/transaction/transaction-work.ts';
import { finishScript, unfinishedCommits } from '../../src/engine/transaction/unfinished-commit.ts';
import type { Change } from '../../src/model/change.ts';
import { needPrograms } from '../support/packages.ts';

jest.setTimeout(120_000);

const run = promisify(execFile);
const driver = join(import.meta.dirname, 'support', 'hostile.sh');
const transactions = mkdtempSync(join(tmpdir(), 'kvmplay-hostile-'));
const id = '20261130120000-aaaa';

/** The address of a NIC moves to a new bridge; one file comes, one changes, one goes. */
const changes: readonly Change[] = [
  {
    kind: 'link.create',
    link: { name: 'br6', kind: 'bridge', mtu: 1500, up: true, mac: '', macPinned: false },
  },
  { kind: 'address.delete', address: { link: 'e0', address: '10.9.0.2/24' } },
  {
    kind: 'port.add',
    port: 'e0',
    controller: 'br6',
    controllerKind: 'bridge',
    alone: { mtu: 1500, up: true },
  },
  { kind: 'address.add', address: { link: 'br6', address: '10.9.0.2/24' } },
  { kind: 'file.write', path: '/mnt/etc/f1', mode: 0o644, after: 'new1\n' },
  { kind: 'file.write', path: '/mnt/etc/f2', mode: 0o644, before: 'old2\n', after: 'new2\n' },
  { kind: 'file.delete', path: '/mnt/etc/f3', mode: 0o644, before: 'old3\n' },
];

beforeAll(async () => {
  await needPrograms({ dash: 'dash', unshare: 'util-linux' });
  const probes = [{ failure: 'the gateway does not answer', script: '[ -e /mnt/gateway ]' }];
  const work = { ...toWork(changes, kindOf), probes, accept: [{ argv: ['reader'] }] };
  const scripts = {
    id,
    launch: launchScript(work, { id, owner: 'ada', confirmTimeout: 60 }, { generation: '@GENERATION@' }),
    verify: verifyScript(id, { forResult: 5, forProbes: 1 }),
    commit: endScript(id, 'commit', 10),
    rollback: endScript(id, 'rollback', 10),
    finish: finishScript({ id, files: [] }),
    state: transactionState.script,
    unfinished: unfinishedCommits.script,
  };
  for (const [name, text] of Object.entries(scripts)) writeFileSync(join(transactions, name), text);
});

afterAll(() => rmSync(transactions, { recursive: true }));

async function attack(name: string): Promise<readonly string[]> {
  const isolated = ['--kill-child', '-m', '-p', '-f', '--mount-proc', '--propagation', 'private'];
  const { stdout } = await run('unshare', [...isolated, 'bash', driver, name], {
    timeout: 60_000,
    env: { ...process.env, TRANSACTIONS: transactions },
  });
  return stdout.trim().split('\n');
}

const isOld = 'kernel old, files old2 old3 ';
const isNew = 'kernel new, files new1 new2 ';

describe('a transaction on a host where things go wrong that should not', () => {
  it.each<[string, string, readonly string[]]>([
    [
      'never begins once somebody was told so, also as the first one after a boot',
      'cancelled-before-the-first',
      ['outcome unknown', 'outcome failed-launch', isOld],
    ],
    [
      'does not wait for itself when a mv is killed after its rename',
      'mv-dies-after-rolling',
      ['outcome applied', 'outcome rolled-back controller', 'undo-errors 0', isOld],
    ],
    [
      'is not taken back once its outcome says that it is committed',
      'mv-dies-after-outcome',
      ['outcome applied', 'outcome committed', 'undo-errors 0', isNew],
    ],
    ['is undone when its token was removed', 'token-removed', ['outcome applied', isOld]],
    ['is undone when there was a second token for a while', 'second-token', ['outcome applied', isOld]],
    [
      'expects a probe that passed before, also when there is no room to remember it',
      'no-name-for-a-probe',
      ['outcome applied', 'outcome applied', 'probe 0 ', 'kernel new, files old2 old3 '],
    ],
    [
      'puts its files back, and tells of the mark, where the mark cannot be changed',
      'mark-stays',
      [
        'outcome applied',
        'outcome failed-commit 1 edited',
        'undo-errors 1',
        'kernel old, files edited old3 ',
      ],
    ],
    [
      'tells after a power cut that its files are not accepted',
      'finish-not-accepted',
      ['outcome applied', 'outcome unaccepted accept 0 1', isNew],
    ],
    [
      'tells after a power cut that a file cannot be put back',
      'finish-not-restored',
      ['outcome applied', 'outcome unrestored', 'kernel new, files new2 old3 '],
    ],
    [
      'is made under the options of a shell',
      'noclobber',
      ['outcome applied', 'kernel new, files old2 old3 '],
    ],
    [
      'begins where an older version left its empty folder',
      'old-folder',
      ['token token.free.BOOT.0.-', 'outcome applied', 'kernel new, files old2 old3 '],
    ],
    [
      'is refused where an older version is at work',
      'old-version',
      ['token token.foreign.x.0.-', 'owner ', 'outcome failed-launch no-token', isOld],
    ],
    [
      'runs no script that another user put into /run/kvmplay',
      'foreign-run',
      [
        'token /run/kvmplay/token.applied.20250101000000-evil.1.-',
        'owner ',
        'outcome failed-launch not-ours /run/kvmplay',
        isOld,
      ],
    ],
    [
      'runs no script that another user put into /var/lib/kvmplay',
      'foreign-store',
      [
        '/var/lib/kvmplay belongs to another user, or others may write there',
        'outcome failed-launch not-ours /var/lib/kvmplay',
        isOld,
      ],
    ],
    [
      'puts no backup where others may write',
      'open-store',
      ['outcome failed-launch not-ours /var/lib/kvmplay', isOld],
    ],
  ])('%s', async (_, name, lines) => {
    // The end of the last line is cut off with the rest.
    expect(await attack(name)).toEqual(
      lines.map((line, at) => (at === lines.length - 1 ? line.trim() : line)),
    );
  });
});
