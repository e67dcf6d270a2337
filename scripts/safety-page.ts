import { writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { type Figures, matrixFile, readMatrix } from '../test/faults/support/matrix.ts';
import { attacks, type FaultId, rows } from '../test/faults/support/rows.ts';
import { type Proof, proofFile, readProof } from '../test/protocol/support/proof.ts';
import { formatRows } from './markdown.ts';

const page = 'docs/safety.md';

/** Writes docs/safety.md from the rows of the fault matrix and the figures of the last `npm run test:faults`. */
export async function main(): Promise<number> {
  const matrix = readMatrix();
  const faults = { ...rows, ...attacks };
  const ids = Object.keys(faults) as FaultId[];
  const missing = ids.filter((id) => matrix[id] === undefined);
  if (missing.length > 0) {
    process.stderr.write(
      `${matrixFile} has no figures of ${missing.join(', ')}: run \`npm run test:faults\`\n`,
    );
    return 1;
  }
  const proof = readProof();
  const { model, mutants, pairs } = proof;
  if (model === undefined || mutants === undefined || pairs === undefined) {
    process.stderr.write(`${proofFile} is not complete: run \`npm run test:protocol\`\n`);
    return 1;
  }
  const table = formatRows([
    ['when', 'then', 'proved by', 'hosts that answer', 'files', 'guests that ping'],
    ...ids.map((id) => {
      const { fault, happens, proof } = faults[id];
      return [fault, happens, proof, ...formatFigures(matrix[id])];
    }),
  ]);
  const text = `${head}${formatProof({ model, mutants, pairs })}${matrixHead}${table}\n\n${formatSum(Object.values(matrix))}\n${formatLaw(proof.law)}`;
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

/** Says nothing until `node scripts/test.mjs lab` has run. */
function formatLaw(law: Proof['law']): string {
  if (law === undefined) return '';
  return `
## The law of a rollback

On random hosts of a real kernel random plays are planned, made and undone, once as a whole and once stopped in the middle of a step.
Then \`ip\` and \`bridge\` print the same text as before, or the plan was refused before anything was touched. On ${String(law.hosts)} hosts
${String(law.undone)} plays of ${String(law.changes)} changes were undone to the letter, and ${String(law.refused)} were refused.
Not among what the hosts have: permanent neighbours, queues of a bond's ports, and settings of bridges and their ports.
`;
}

function formatProof({ model, mutants, pairs }: Required<Omit<Proof, 'law'>>): string {
  const count = (value: number): string => value.toLocaleString('en');
  return `## What was proved, and how

The transaction on a host is described in [transaction.md](transaction.md). Three kinds of proof hold it to that page; all of them run in CI.

- **A model, in every order.** ${String(model.scenarios)} scenarios of apply, guard, commit, rollback, a second run, kills, power cuts, edits, full disks and steps that hang: ${count(model.states)} states, each of them visited.
  In none did kernel and files disagree after an end, did a change stay that nobody confirmed, did two act at once, was a step unguarded, or was a host left locked with nothing under way.
  The same model without one of its rules loses a host, for each of ${String(mutants.found)} rules.
- **The real scripts, at every command.** Under dash, bash and busybox they are stopped before each \`mv\`, \`rm\`, \`cp\`, \`sync\`, \`ip\` and \`sleep\`, and there one of ${String(pairs.actions)} others acts: commit, rollback, the guard at its time,
  a second launch, a kill of the holder, of the guard, or of both, an edit, a power cut. ${count(pairs.runs)} runs, all of which kept the same promises.
- **Real kernels.** The fault matrix below.

## What was not proved

- Larger scenarios of the model run by \`npm run test:model -- --all\` and take hours. Explored to the end: two commits and a kill (70 million states), three kills, an undo that fails with a kill, two power cuts with edits, a second run.
  Not to the end: two commits and a rollback (72 million states without a loss), and a commit, a rollback and a kill together. Not run: a commit or a rollback with two kills, and a power cut with a kill.
- Random instants on real kernels are not in the matrix. A full /run is proved in the model and in the scheduler's launch, not on a kernel.
- The law of random hosts leaves out permanent neighbours and the queue of a bond's port; the proof of a rollback names them when they differ.
- The model has two steps (three in some scenarios) and two files. Time is not in it: any wait may last.
- Under bash and busybox the scripts stop at every third command, at others for each pair.
- What [transaction.md](transaction.md#what-is-not-covered) lists.

`;
}

const head = `<!-- Generated from the model, the scripts and the fault matrix: run \`npm run test:protocol\`, \`npm run test:faults\` and \`npm run docs:safety\`. -->

# Safety

kvmplay sends all changes of a host as one script. The script runs detached from the SSH session, so a lost session does not matter.
With systemd the script, the guard, the commit and the rollback run in units of their own, so that neither the end of the session nor a stop of sshd ends them.
Every file is written beside its old self before the first step, so a full or read-only disk is met while nothing has changed.
Before the first step the host has a guard: unless it is told otherwise within \`--confirm-timeout\`, it takes every step back.
The guard runs on the host and depends on nothing else: no controller, no network, no sshd, no right clock. Whoever looks at the host starts one that was killed.
A step that fails is taken back at once, with those before it.
The controller then leaves its session and opens a new one, asks every fact again and plans every task again: nothing may be left.
Gateway, DNS and your own probes that passed before must pass again; LACP must have a partner, and STP must forward.
Only then are the files put in place, and that is the commit. Until then a power cut boots the old network, after it the new one.
A power cut between two files leaves a mark on the disk, and the next run puts the rest in place first, unless somebody has changed one of these files since.
After a rollback all facts, and the raw text of \`ip\` and \`bridge\` about all touched links, routes and rules, are compared with those before: the result says \`rolled back\`, or \`ROLLBACK FAILED\` and what differs.

## What is left to you

A power cut between two renames boots a mixture of old and new files. New files go first and removed ones last, so an
address that moves is always in one of them, and in the matrix the hosts answered also over the NIC that changed. But nobody
wanted that mixture: run the play once more, which finishes the commit and mends the kernel. Where you have repaired the
files by hand, \`kvmplay guard clear\` leaves them as they are.

A power cut before the commit leaves files named \`.kvmplay-…\` beside the real ones. Nothing reads them, and the next
transaction that writes there removes them.

A rollback brings back every setting but one: a MAC that was pinned stays pinned, to what it was.

`;

const matrixHead = `## The fault matrix

Each row is a test in \`test/faults\`, run on hosts with kernels and sshd of their own, on two layouts side by side. **L1**: a
bridge takes over the NIC that SSH comes in through. **L3**: a bond under a bridge changes its mode while a guest is on it,
and a second VLAN with its bridge comes. Each host has a guest, and they ping each other across the hosts. "As before" and
"as wanted" are the whole trees of files, to the byte. The figures are those of the run that made this page.

`;
