import { command } from '../command-line/command-line.ts';
import { playOptions } from '../command-line/play-options.ts';
import {
  connectionOptions,
  inventoryOptions,
  recordedInventoryOptions,
} from '../command-line/shared-options.ts';
import { runSpec } from './specs.ts';

const { limit, output, verbose, diff, check } = runSpec.options;

/** Options of commands that change hosts as a file describes. */
const changingOptions = {
  check,
  diff,
  limit: { ...limit, describe: 'only hosts that match PATTERN too' },
  output,
  verbose,
  'confirm-timeout': runSpec.options['confirm-timeout'],
  'max-disruption': runSpec.options['max-disruption'],
  ...connectionOptions,
} as const;

export const runsSpec = command({
  name: 'runs',
  summary: 'List recorded runs',
  positionals: [],
  options: { json: { type: 'flag', settable: false, describe: 'print JSON instead of a table' } },
  examples: [{ command: 'kvmplay runs', describe: 'The newest last, with what came of their hosts' }],
  notes: ['Records lie in $XDG_STATE_HOME/kvmplay/runs, by default ~/.local/state; the newest 200 are kept.'],
});

export const undoSpec = command({
  name: 'undo',
  summary: 'Undo the changes of a run',
  positionals: [
    {
      name: 'RUN',
      describe: 'its id, the beginning of it, or last for the newest',
      means: 'run',
      required: true,
    },
  ],
  options: { ...recordedInventoryOptions, ...changingOptions },
  examples: [
    { command: 'kvmplay undo last --check --diff', describe: 'See what that would do' },
    { command: 'kvmplay undo last', describe: 'Do it' },
    { command: 'kvmplay undo 20261123-194512 -l kvm1', describe: 'On one host' },
  ],
  notes: ['A host where something else has changed the same things since is refused, before it is touched.'],
});

export const planSpec = command({
  name: 'plan',
  summary: 'Write the changes that playbooks would make into a plan file, to review and apply later',
  positionals: [
    {
      name: 'PLAYBOOK',
      describe: 'TypeScript file whose default export is a play',
      means: 'playbook',
      required: true,
      many: true,
    },
  ],
  options: {
    ...inventoryOptions,
    out: {
      type: 'text',
      alias: 'o',
      value: 'FILE',
      means: 'file',
      settable: false,
      default: 'plan.json',
      describe: 'plan file; a text for review is written beside it with the ending .txt',
    },
    limit,
    output,
    verbose,
    'extra-vars': runSpec.options['extra-vars'],
    'no-type-check': runSpec.options['no-type-check'],
    ...playOptions,
    ...connectionOptions,
  },
  examples: [
    { command: 'kvmplay plan bond6.ts -i hosts.yml -o plan.json', describe: 'plan.json and plan.txt' },
    {
      command: 'kvmplay plan bond6.ts -i hosts.yml --output junit:plan.xml',
      describe: 'In CI, which shows a report',
    },
  ],
  notes: ['Nothing on the hosts changes.'],
});

export const applySpec = command({
  name: 'apply',
  summary: 'Make exactly the changes of a plan file',
  positionals: [{ name: 'PLAN', describe: 'what kvmplay plan wrote', means: 'file', required: true }],
  options: { ...inventoryOptions, ...changingOptions },
  examples: [{ command: 'kvmplay apply plan.json -i hosts.yml', describe: 'On all hosts of the plan' }],
  notes: ['A host that has drifted since the plan was made is refused, before it is touched.'],
});
