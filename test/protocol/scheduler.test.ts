import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import pLimit from 'p-limit';
import { kindOf } from '../../src/changes/index.ts';
import { launchScript } from '../../src/engine/transaction/transaction-script.ts';
import { toWork } from '../../src/engine/transaction/transaction-work.ts';
import type { Change } from '../../src/model/change.ts';
import { needPrograms } from '../support/packages.ts';
import { recordProof } from './support/proof.ts';

jest.setTimeout(1_500_000);

const run = promisify(execFile);
const driver = join(import.meta.dirname, 'support', 'driver.sh');
const shells = ['dash', 'bash', 'busybox sh'] as const;
const subjects = ['apply', 'commit', 'rollback'] as const;
const actions = [
  'commit',
  'rollback',
  'guard',
  'launch',
  'kill',
  'kill-guard',
  'kill-both',
  'edit',
  'power',
] as const;
/** More calls than any subject makes; the driver says where they end. */
const mostPoints = 40;

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

const transactions = mkdtempSync(join(tmpdir(), 'kvmplay-scheduler-'));
const inTurn = pLimit(Math.max(1, cpus().length));

beforeAll(async () => {
  await needPrograms({ dash: 'dash', busybox: 'busybox', unshare: 'util-linux' });
  const work = { ...toWork(changes, kindOf), probes: [] };
  const script = (id: string, owner: string): string =>
    launchScript(work, { id, owner, confirmTimeout: 60 }, { generation: '@GENERATION@' });
  const [id, other] = ['20261130120000-aaaa', '20261130120001-bbbb'];
  writeFileSync(join(transactions, 'id'), id);
  writeFileSync(join(transactions, 'launch'), script(id, 'ada'));
  writeFileSync(join(transactions, 'other'), script(other, 'bob'));
});

afterAll(() => rmSync(transactions, { recursive: true }));

/** Runs the real scripts in namespaces of their own, and stops them at each of the points. */
async function drive(words: readonly [shell: string, subject: string, action: string], points: string) {
  const { stdout } = await run(
    'unshare',
    [
      '--kill-child',
      '-m',
      '-p',
      '-f',
      '--mount-proc',
      '--propagation',
      'private',
      'bash',
      driver,
      ...words,
      points,
    ],
    { timeout: 900_000, env: { ...process.env, TRANSACTIONS: transactions } },
  );
  return stdout.trim().split('\n');
}

describe('the scripts of a transaction, stopped at every command that they run', () => {
  it('keep the promises of the protocol whatever another does meanwhile', async () => {
    const pairs = subjects.flatMap((subject) => actions.map((action) => [subject, action] as const));

    const lines = await Promise.all(
      pairs.map(([subject, action], pair) =>
        inTurn(async () => {
          // Dash stops at every point, the others at every third, each at others.
          const ends = [];
          for (const [place, shell] of shells.entries()) {
            const points = Array.from({ length: mostPoints }, (_, index) => index + 1).filter(
              (point) => place === 0 || (point + pair + place) % 3 === 0,
            );
            ends.push(...(await drive([shell, subject, action], points.join(' '))));
          }
          return ends;
        }),
      ),
    );

    const all = lines.flat();
    const held = all.filter((line) => line.startsWith('held '));
    expect(all.filter((line) => !/^(held|end) /.test(line))).toEqual([]);
    // Each subject has come to its end under each shell.
    expect(all.filter((line) => line.startsWith('end '))).toHaveLength(pairs.length * shells.length);
    expect(held.length).toBeGreaterThan(500);
    recordProof('pairs', { runs: held.length, actions: actions.length });
  });
});
