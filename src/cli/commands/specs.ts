import { command, type Positional } from '../command-line/command-line.ts';
import { listOptions, playOptions } from '../command-line/play-options.ts';
import { outputFormats } from '../output/outputs.ts';
import { rolloutOptions } from '../command-line/rollout-options.ts';
import {
  askingOptions,
  connectionOptions,
  extraVarsOption,
  inventoryOptions,
  recordedInventoryOptions,
} from '../command-line/shared-options.ts';

export const pattern: Positional = {
  name: 'PATTERN',
  describe: "hosts and groups, such as 'kvm:!maintenance'; default: all",
  means: 'pattern',
};

export const runSpec = command({
  name: 'run',
  summary: 'Bring hosts to the state that playbooks declare',
  positionals: [
    {
      name: 'PLAYBOOK',
      describe: 'TypeScript file whose default export is a play',
      means: 'playbook',
      many: true,
    },
  ],
  options: {
    ...recordedInventoryOptions,
    resume: {
      type: 'text',
      value: 'ID',
      means: 'run',
      settable: false,
      describe: 'repeat run ID on the hosts that did not end ok or changed; last: the newest run',
    },
    'only-failed': {
      type: 'text',
      value: 'ID',
      means: 'run',
      settable: false,
      describe: 'run only on hosts that failed or were unreachable in run ID',
    },
    check: { type: 'flag', alias: 'C', describe: 'show what would change, but change nothing' },
    diff: { type: 'flag', alias: 'D', describe: 'show each change, and files as unified diffs' },
    limit: {
      type: 'text',
      alias: 'l',
      value: 'PATTERN',
      means: 'pattern',
      describe: 'run only on hosts of the plays that match PATTERN too',
    },
    ...extraVarsOption,
    output: {
      type: 'list',
      value: 'FORMAT[:FILE]',
      beginnings: outputFormats,
      describe: `output format: ${outputFormats.join(', ')}; auto, the default, is live on a terminal and plain otherwise; FORMAT:FILE also writes a file`,
    },
    verbose: {
      type: 'count',
      alias: 'v',
      describe:
        '-v: connections, execs and seconds per host; -vv: phases and changes too; -vvv: the commands too',
    },
    'confirm-timeout': {
      type: 'number',
      value: 'SECONDS',
      least: 5,
      default: 30,
      describe: 'time for a fresh connection to confirm a change; without it the host undoes the change',
    },
    'max-disruption': {
      type: 'text',
      value: 'HOW',
      choices: ['none', 'blip', 'outage'],
      describe: 'fail a host, before any change, when its forecast is worse than this',
    },
    'detailed-exitcode': {
      type: 'flag',
      describe: 'with --check: exit with code 3 when something would change',
    },
    'no-type-check': { type: 'flag', describe: 'run without checking the types of the playbooks' },
    ...playOptions,
    ...listOptions,
    ...rolloutOptions,
    ...connectionOptions,
  },
  examples: [
    { command: 'kvmplay run bond6.ts -i hosts.yml --check --diff', describe: 'See what would change' },
    { command: 'kvmplay run bond6.ts -i hosts.yml', describe: 'Do it' },
    { command: "kvmplay run bond6.ts -i hosts.yml -l 'kvm:!kvm7'", describe: 'On some hosts only' },
    {
      command: 'kvmplay run vlans.ts -i hosts.yml -e \'{"vlans":[10,11]}\'',
      describe: 'With other variables',
    },
    { command: 'kvmplay run site.ts -i hosts.yml --play bond6 -t vlan', describe: 'Parts of it only' },
    { command: 'kvmplay run --resume last', describe: 'Go on where a run was interrupted' },
  ],
  notes: [
    'Exit codes: 0 all hosts are ok or changed; 1 the run could not start or was stopped; 2 a host failed; 3 --check --detailed-exitcode found changes; 4 hosts were unreachable and none failed otherwise.',
    'Ctrl-C stops the run: hosts in the middle of a change finish it or undo it. A second Ctrl-C leaves at once; the hosts then undo by themselves.',
  ],
});

/** The limit of commands that take a PATTERN as a word. */
export const patternLimit = {
  ...runSpec.options.limit,
  describe: 'only hosts that match PATTERN too',
};

export const factsSpec = command({
  name: 'facts',
  summary: 'Print the facts of hosts as JSON',
  positionals: [pattern],
  options: {
    ...inventoryOptions,
    limit: patternLimit,
    ...extraVarsOption,
    json: {
      type: 'flag',
      settable: false,
      describe: 'print one JSON object by host name; always on',
    },
    ...connectionOptions,
  },
  examples: [
    {
      command: 'kvmplay facts -i hosts.yml kvm1',
      describe: 'Links, addresses, routes, files, platform of kvm1',
    },
  ],
});

export const showSpec = command({
  name: 'show',
  summary: 'Show bridges, bonds and VLANs of hosts',
  positionals: [pattern],
  options: {
    ...inventoryOptions,
    limit: patternLimit,
    ...extraVarsOption,
    json: { type: 'flag', settable: false, describe: 'print JSON instead of tables' },
    ...connectionOptions,
  },
  examples: [
    { command: 'kvmplay show -i hosts.yml', describe: 'The whole fleet' },
    { command: 'kvmplay show -i hosts.yml kvm1 --json', describe: 'One host, for a program' },
  ],
});

export const inventorySpec = command({
  name: 'inventory',
  summary: 'Show groups, hosts and variables of an inventory as kvmplay reads them',
  positionals: [{ name: 'GROUP', describe: 'with --graph, the group to begin at; default: all' }],
  options: {
    ...inventoryOptions,
    list: { type: 'flag', settable: false, describe: 'print all groups, hosts and variables as JSON' },
    graph: { type: 'flag', settable: false, describe: 'print the tree of groups and hosts' },
    host: {
      type: 'text',
      value: 'NAME',
      means: 'host',
      settable: false,
      describe: 'print the variables of one host as JSON',
    },
    vars: { type: 'flag', settable: false, describe: 'with --graph, show variables too' },
    export: {
      type: 'flag',
      settable: false,
      describe:
        'with --list or --host, keep variables where they are set instead of merging groups into hosts',
    },
    limit: {
      type: 'text',
      alias: 'l',
      value: 'PATTERN',
      means: 'pattern',
      describe: 'show only hosts that are in PATTERN',
    },
    'playbook-dir': {
      type: 'text',
      value: 'FOLDER',
      means: 'file',
      settable: false,
      describe: 'also read group_vars/ and host_vars/ of this folder, as for a playbook in it',
    },
  },
  examples: [
    { command: 'kvmplay inventory -i hosts.yml --graph', describe: 'Who is in which group' },
    {
      command: 'kvmplay inventory -i hosts.yml --host kvm1',
      describe: 'Variables of kvm1, groups merged in',
    },
  ],
});

const guardOptions = askingOptions;

const guardNote =
  'Exit codes: 0 done on all hosts; 1 it could not start; 2 a host refused or failed; 4 hosts were unreachable and none failed otherwise.';

export const guardListSpec = command({
  name: 'guard list',
  summary: 'Show unconfirmed changes that hosts will undo, and locks left behind',
  positionals: [pattern],
  options: {
    ...inventoryOptions,
    ...extraVarsOption,
    json: { type: 'flag', settable: false, describe: 'print JSON instead of a table' },
    ...connectionOptions,
  },
  examples: [{ command: 'kvmplay guard list -i hosts.yml', describe: 'After a run that was killed' }],
  notes: [
    'States: none; armed, undone when the seconds left are over; rolling back; committing; stale, a lock that nothing on the host will remove.',
    guardNote,
  ],
});

export const guardConfirmSpec = command({
  name: 'guard confirm',
  summary: 'Confirm the change of a killed run and write its files',
  positionals: [pattern],
  options: guardOptions,
  examples: [
    { command: 'kvmplay guard confirm -i hosts.yml kvm1', describe: 'Nothing is verified: look first' },
  ],
  notes: [guardNote],
});

export const guardRollbackSpec = command({
  name: 'guard rollback',
  summary: 'Undo the change of a killed run now, without waiting for its timer',
  positionals: [pattern],
  options: guardOptions,
  examples: [{ command: 'kvmplay guard rollback -i hosts.yml kvm1', describe: 'As before the change' }],
  notes: [guardNote],
});

export const guardClearSpec = command({
  name: 'guard clear',
  summary: 'Drop commits that a power cut stopped and nothing can finish',
  positionals: [pattern],
  options: {
    ...guardOptions,
    force: {
      type: 'flag',
      settable: false,
      describe:
        'also drop a transaction that has something to undo; its steps then stay, and nothing undoes them',
    },
  },
  examples: [{ command: 'kvmplay guard clear -i hosts.yml kvm1', describe: 'The files stay as they are' }],
  notes: [guardNote],
});

const directory = {
  directory: {
    type: 'text',
    value: 'DIR',
    means: 'folder',
    settable: false,
    default: '.lab',
    describe: 'folder that holds the lab',
  },
} as const;

const labHost: Positional = { name: 'HOST', describe: 'a host of the lab, such as kvm1', required: true };

export const labUpSpec = command({
  name: 'lab up',
  summary: 'Start KVM hosts with kernels of their own on this machine, to try playbooks on',
  positionals: [],
  options: {
    ...directory,
    hosts: {
      type: 'number',
      alias: 'n',
      value: 'N',
      least: 1,
      default: 3,
      settable: false,
      describe: 'how many hosts',
    },
  },
  examples: [
    {
      command: 'kvmplay lab up -n 2',
      describe: 'Two hosts on one trunk switch; it tells where their inventory is',
    },
  ],
  notes: ['Needs no KVM and no image; nothing outside the network namespace of the lab changes.'],
});

export const labStatusSpec = command({
  name: 'lab status',
  summary: 'Show which hosts of the lab are running',
  positionals: [],
  options: directory,
  examples: [{ command: 'kvmplay lab status', describe: 'Of the lab in .lab' }],
});

export const labSshSpec = command({
  name: 'lab ssh',
  summary: 'Log in to a host of the lab, or run a command there',
  positionals: [
    labHost,
    { name: 'COMMAND', describe: 'words of a command; put -- before options of its own', many: true },
  ],
  options: directory,
  examples: [
    { command: 'kvmplay lab ssh kvm1', describe: 'A shell' },
    { command: 'kvmplay lab ssh kvm1 -- ip -d link', describe: 'One command' },
  ],
});

export const labRebootSpec = command({
  name: 'lab reboot',
  summary: 'Reboot a host of the lab; it starts with the network that its files describe',
  positionals: [labHost],
  options: directory,
  examples: [{ command: 'kvmplay lab reboot kvm1', describe: 'Does the layout survive?' }],
});

export const labDownSpec = command({
  name: 'lab down',
  summary: 'Stop the lab and remove its folder',
  positionals: [],
  options: directory,
  examples: [{ command: 'kvmplay lab down', describe: 'The lab in .lab' }],
});

export const docSpec = command({
  name: 'doc',
  summary: 'Print the manual page of a task or an action, or list them',
  positionals: [{ name: 'TASK', describe: 'name of a task or an action, such as ensureBond', means: 'task' }],
  options: {},
  examples: [{ command: 'kvmplay doc ensureBond', describe: 'Fields, defaults, errors and an example' }],
});

export const configSpec = command({
  name: 'config',
  summary: 'Show the value of each option without a command line, and where it comes from',
  positionals: [],
  options: { json: { type: 'flag', describe: 'print JSON instead of a table', settable: false } },
  examples: [{ command: 'kvmplay config', describe: 'Of kvmplay.config.ts, KVMPLAY_* and the defaults' }],
  notes: [
    'The command line wins over KVMPLAY_* variables, these over kvmplay.config.ts, and that over the defaults.',
  ],
});

export const completionSpec = command({
  name: 'completion',
  summary: 'Print the script that makes a shell complete commands, options, hosts, groups and tasks',
  positionals: [
    { name: 'SHELL', describe: 'bash, zsh or fish', choices: ['bash', 'zsh', 'fish'], required: true },
  ],
  options: {},
  examples: [
    { command: 'eval "$(kvmplay completion bash)"', describe: 'In ~/.bashrc' },
    { command: 'eval "$(kvmplay completion zsh)"', describe: 'In ~/.zshrc, after compinit' },
    { command: 'kvmplay completion fish | source', describe: 'In ~/.config/fish/config.fish' },
  ],
  notes: [
    'Hosts and groups are those of the inventory on the line, else of KVMPLAY_INVENTORY, else of kvmplay.config.ts. An executable inventory has two seconds to answer.',
  ],
});
