import { spawnSync } from 'node:child_process';
import { snapshotScript } from '../../../../src/changes/snapshot.ts';
import { stepFunctions } from '../../../../src/engine/transaction/step-script.ts';
import type { Step } from '../../../../src/model/step.ts';
import { bareProtocol } from '../../../support/step-situations.ts';
import type { RandomHost } from './random-host.ts';

/** The questions that a snapshot asks of a host, as a test keeps their answers. */
const questions = [
  'ip -d link show',
  'bridge -d link show',
  'bridge vlan show',
  'bridge fdb show',
  'ip -o address show',
  'ip neigh show nud permanent',
  'ip -4 -o route show table all',
  'ip -6 -o route show table all',
  'ip -o nexthop show',
  'ip -4 rule show',
  'ip -6 rule show',
];

const capture = `capture() {
${questions.map((question) => `echo '== ${question}'; ${question} 2>/dev/null`).join('\n')}
}`;

/** The namespace of a host, with its links. */
export function buildScript(name: string, { ip, late }: RandomHost): string {
  return `ip netns add ${name}
ip -n ${name} -force -batch - >/dev/null 2>&1 <<'END'
${[...ip, ...late].join('\n')}
END`;
}

/** Where a transaction stops: before this step, after so many commands of it. */
export interface Halt {
  readonly step: number;
  readonly commands: number;
}

/** Makes steps and undoes them, once all of them and once up to a halt; prints all that the kernel says before and after. */
export function lawScript(steps: readonly Step[], { step: at, commands }: Halt): string {
  const halted = steps[at];
  return `export LC_ALL=C PATH="$PATH:/usr/sbin:/sbin"
folder=$(mktemp -d)
${bareProtocol}
${capture}
${steps.map((step, index) => stepFunctions(step, index)).join('\n')}
${halted === undefined ? '' : stepFunctions({ ...halted, run: halted.run.slice(0, commands) }, 1000 + at)}
make() { # COUNT
  number=0
  while [ $number -lt "$1" ]; do
    "do_$number" || { printf '## step %s: %s\\n' "$number" "$(cat "$folder/stderr")"; number=$((number + 1)); return; }
    number=$((number + 1))
  done
}
take_back() { # COUNT
  number=$1
  while [ "$number" -gt 0 ]; do number=$((number - 1)); "undo_$number"; done
  [ ! -s "$folder/undo-stderr" ] || { echo "## undo: $(cat "$folder/undo-stderr")"; rm "$folder/undo-stderr"; }
  # The kernel tells of a carrier within a second.
  sleep 1.2
}
sleep 1
echo '#### before'
capture
make ${String(steps.length)}
take_back $number
echo '#### whole'
capture
make ${String(at)}
do_${String(1000 + at)}
take_back ${String(at + 1)}
echo '#### part'
capture
rm -r "$folder"`;
}

/** What the law script of one host printed. */
export interface LawOutput {
  readonly before: readonly string[];
  /** After all steps were made and undone. */
  readonly whole: readonly string[];
  /** After some of them were. */
  readonly part: readonly string[];
  /** What steps and undos complained of. */
  readonly complaints: readonly string[];
}

export function parseLawOutput(text: string): LawOutput {
  const parts = new Map(
    text.split(/^#### /m).map((part) => [/^\w*/.exec(part)?.[0] ?? '', part.slice(part.indexOf('\n') + 1)]),
  );
  const names = new Set([...text.matchAll(/^\d+: ([^:@\s]+)[:@]/gm)].map(([, name = '']) => name));
  const read = (part: string): readonly string[] => normalise(parts.get(part) ?? '', [...names]);
  return {
    before: read('before'),
    whole: read('whole'),
    part: read('part'),
    complaints: text.split('\n').filter((line) => line.startsWith('## ')),
  };
}

/** Has the product's own snapshot read what a host printed. */
function normalise(text: string, names: readonly string[]): readonly string[] {
  const answers = text.split(/^== /m).slice(1);
  const cases = answers.map((answer) => {
    const [question = '', ...lines] = answer.split('\n');
    const told = lines.filter((line) => !line.startsWith('## ')).join('\n');
    return `'${question}') cat <<'END'\n${told.trimEnd()}\nEND\n;;`;
  });
  const fake = `answer() { IFS=' '; case "$*" in\n${cases.join('\n')}\nesac; }
ip() { answer ip "$@"; }
bridge() { answer bridge "$@"; }`;
  const { stdout, stderr } = spawnSync('sh', ['-s'], {
    encoding: 'utf8',
    input: `${fake}\n${snapshotScript(names)}`,
    maxBuffer: 1e8,
  });
  if (stderr !== '') throw new Error(stderr);
  return stdout.split('\n').filter((line) => line !== '');
}
