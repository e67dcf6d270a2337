import { writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { type Figures, matrixFile, readMatrix } from '../test/faults/support/matrix.ts';
import { type FaultId, rows } from '../test/faults/support/rows.ts';
import { formatRows } from './markdown.ts';

const page = 'docs/safety.md';

/** Writes docs/safety.md from the rows of the fault matrix and the figures of the last `npm run test:faults`. */
export async function main(): Promise<number> {
  const matrix = readMatrix();
  const ids = Object.keys(rows) as FaultId[];
  const missing = ids.filter((id) => matrix[id] === undefined);
  if (missing.length > 0) {
    process.stderr.write(
      `${matrixFile} has no figures of ${missing.join(', ')}: run \`npm run test:faults\`\n`,
    );
    return 1;
  }
  const table = formatRows([
    ['when', 'then', 'proved by', 'hosts that answer', 'files', 'guests that ping'],
    ...ids.map((id) => {
      const { fault, happens, proof } = rows[id];
      return [fault, happens, proof, ...formatFigures(matrix[id])];
    }),
  ]);
  const text = `${head}${table}\n\n${formatSum(Object.values(matrix))}\n`;
  writeFileSync(page, await format(text, { ...(await resolveConfig(page)), parser: 'markdown' }));
  return 0;
}

function formatFigures(figures: Figures | undefined): readonly string[] {
  if (figures === undefined) return ['', '', ''];
  const { reachable, before, wanted, mixed, guests, note } = figures;
  const files = [
    ...(before > 0 ? [`${String(before)} as before`] : []),
    ...(wanted > 0 ? [`${String(wanted)} as wanted`] : []),
    `${String(mixed)} mixed`,
  ].join(', ');
  const hosts = note === undefined ? '' : ` (${note})`;
  return [`${reachable.join('/')}${hosts}`, files, guests.join('/')];
}

function formatSum(all: readonly Figures[]): string {
  const sum = (value: (figures: Figures) => number): string =>
    String(all.reduce((total, figures) => total + value(figures), 0));
  return [
    `In all: ${sum(({ reachable }) => reachable[0])} of ${sum(({ reachable }) => reachable[1])} times the host answered afterwards,`,
    `${sum(({ guests }) => guests[0])} of ${sum(({ guests }) => guests[1])} times the guests reached each other,`,
    `and the files were ${sum(({ before }) => before)} times as before, ${sum(({ wanted }) => wanted)} times as wanted`,
    `and ${sum(({ mixed }) => mixed)} times a mixture.`,
  ].join(' ');
}

const head = `<!-- Generated from the fault matrix: run \`npm run test:faults\` and \`npm run docs:safety\`. -->

# Safety

kvmplay sends all changes of a host as one script. The script runs detached from the SSH session, so a lost session does not matter.
With systemd the script, the guard, the commit and the rollback run in units of their own, so that neither the end of the session nor a stop of sshd ends them.
Every file is written beside its old self before the first step, so a full or read-only disk is met while nothing has changed.
Before the first step the host arms a guard: unless it is told otherwise within \`--confirm-timeout\`, it takes every step back.
The guard runs on the host and depends on nothing else: no controller, no network, no sshd, no right clock.
A step that fails is taken back at once, with those before it.
The controller then leaves its session and opens a new one, asks every fact again and plans every task again: nothing may be left.
Gateway, DNS and your own probes that passed before must pass again; LACP must have a partner, and STP must forward.
Only then are the files put in place, and that is the commit. Until then a power cut boots the old network, after it the new one.
A power cut between two files leaves a mark on the disk, and the next run puts the rest in place first.
After a rollback all facts, and the raw text of \`ip\` and \`bridge\` about all touched links, routes and rules, are compared with those before: the result says \`rolled back\`, or \`ROLLBACK FAILED\` and what differs.

## What is left to you

A power cut between two renames boots a mixture of old and new files. New files go first and removed ones last, so an
address that moves is always in one of them, and in the matrix the hosts answered also over the NIC that changed. But nobody
wanted that mixture: run the play once more, which finishes the commit and mends the kernel.

A power cut before the commit leaves files named \`.kvmplay-…\` beside the real ones. Nothing reads them, and the next
transaction that writes there removes them.

A rollback brings back every setting but one: a MAC that was pinned stays pinned, to what it was.

## The fault matrix

Each row is a test in \`test/faults\`, run on hosts with kernels and sshd of their own, on two layouts side by side. **L1**: a
bridge takes over the NIC that SSH comes in through. **L3**: a bond under a bridge changes its mode while a guest is on it,
and a second VLAN with its bridge comes. Each host has a guest, and they ping each other across the hosts. "As before" and
"as wanted" are the whole trees of files, to the byte. The figures are those of the run that made this page.

`;
