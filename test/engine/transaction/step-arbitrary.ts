import fc from 'fast-check';
import type { Command } from '../../../src/model/command.ts';
import { quote } from '../../../src/model/shell-quote.ts';
import type { Step } from '../../../src/model/step.ts';

/** Where steps of tests work; the name says what a script has to replace. */
export const world = '/run/kvmplay-world';

/** Contents that a shell might take for something else. */
const text = fc.constantFrom(
  '',
  'a',
  "it's",
  '$(reboot)\n',
  '%s\\n',
  '-n',
  'two\nlines\n',
  '`x` "y" *',
  "'; exit 7 #",
);

interface Place {
  readonly index: number;
  readonly before: string;
  readonly after: string;
}

type Make = (place: Place) => Pick<Step, 'run' | 'undo'>;

/** A folder with a file in it comes: the commands in the middle may be missing when it is taken back. */
const comes: Make = ({ index, after }) => {
  const folder = `${world}/made-${String(index)}`;
  return {
    run: [
      { argv: ['mkdir', folder], unless: `[ -e ${folder} ]` },
      { value: 'x', to: `${folder}/value` },
      { argv: ['cp', '/dev/stdin', `${folder}/input`], input: after },
    ],
    undo: [{ argv: ['rm', '-r', folder], unless: `[ ! -e ${folder} ]` }],
  };
};

/** A folder goes that was there, and comes back with what was in it. */
const goes: Make = ({ index, before }) => {
  const folder = `${world}/there-${String(index)}`;
  return {
    run: [{ argv: ['rm', `${folder}/input`] }, { argv: ['rmdir', folder] }],
    undo: [
      { argv: ['mkdir', folder], unless: `[ -e ${folder} ]` },
      { argv: ['cp', '/dev/stdin', `${folder}/input`], input: before },
    ],
  };
};

/** A value becomes another, by a program that takes an exit code of its own for success. */
const alters: Make = ({ index, before, after }) => {
  const file = `${world}/there-${String(index)}/input`;
  const write = (input: string): Command => ({
    argv: ['sh', '-c', 'cat > "$0"; exit 3', file],
    input,
    alsoDone: [2, 3],
  });
  return { run: [write(after), write(after)], undo: [write(before)] };
};

/** What the next step may stand on: a name that leads to what the step before it has. */
const leads: Make = ({ index }) => {
  const name = `${world}/name-${String(index)}`;
  const other = `made-${String(index - 1)}`;
  return {
    run: [{ argv: ['ln', '-s', other, name] }, { argv: ['chmod', '700', world] }],
    undo: [{ argv: ['rm', name], unless: `exec 2>&1; [ ! -L ${name} ] || exit 1` }],
  };
};

/** Steps that can be made in a world that `prepare` made. */
export const steps: fc.Arbitrary<readonly Step[]> = fc
  .array(fc.record({ make: fc.constantFrom(comes, goes, alters, leads), before: text, after: text }), {
    minLength: 1,
    maxLength: 5,
  })
  .map((parts) =>
    parts.map(({ make, before, after }, index) => ({
      brings: [],
      ...make({ index, before: `before ${String(index)}`, after: after + before }),
    })),
  );

/** A script that makes the world as it is before the first step. */
export const prepare = [
  `mkdir -p ${world}`,
  `chmod 700 ${world}`,
  ...[0, 1, 2, 3, 4].map(
    (index) =>
      `mkdir ${world}/there-${String(index)} && printf %s ${quote(`before ${String(index)}`)} > ${world}/there-${String(index)}/input`,
  ),
].join('\n');

/** A function of sh that prints all that is in the world. */
export const snapshot = `snapshot() {
  find ${world} | sort
  find ${world} -type f -exec cksum {} + | sort
}`;
