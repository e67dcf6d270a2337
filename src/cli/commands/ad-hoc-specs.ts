import { command } from '../command-line/command-line.ts';
import { connectionOptions, extraVarsOption, inventoryOptions } from '../command-line/shared-options.ts';
import { pattern, patternLimit } from './specs.ts';

export const pingSpec = command({
  name: 'ping',
  summary: 'Log in to each host and print login user, system, kernel and iproute2 version',
  positionals: [pattern],
  options: {
    ...inventoryOptions,
    limit: patternLimit,
    ...extraVarsOption,
    json: { type: 'flag', settable: false, describe: 'print JSON instead of a table' },
    ...connectionOptions,
  },
  examples: [
    { command: 'kvmplay ping -i hosts.yml', describe: 'Does every host let me in?' },
    { command: 'kvmplay ping -i hosts.yml kvm1 -b', describe: 'And is sudo without a password?' },
  ],
  notes: [
    'Nothing on the hosts changes: one connection and one exec each. No ICMP is sent.',
    'Exit codes: 0 all hosts answered; 1 it could not start; 2 a host answered what kvmplay does not understand; 4 hosts were unreachable.',
  ],
});

export const execSpec = command({
  name: 'exec',
  summary: 'Run a shell command on hosts side by side, and show equal answers once',
  positionals: [
    {
      name: 'COMMAND',
      describe: 'command for sh on the host, in quotes as one word',
      required: true,
    },
    pattern,
  ],
  options: {
    ...inventoryOptions,
    limit: patternLimit,
    ...extraVarsOption,
    'per-host': {
      type: 'flag',
      describe: 'print the answer of each host when it arrives instead of grouping equal answers at the end',
    },
    'command-timeout': {
      type: 'number',
      also: ['task-timeout'],
      value: 'SECONDS',
      least: 1,
      describe: 'stop waiting for a command after this time; default: no limit',
    },
    json: {
      type: 'flag',
      settable: false,
      describe: 'print code, stdout and stderr by host name as JSON',
    },
    ...connectionOptions,
  },
  examples: [
    { command: "kvmplay exec 'uname -r' -i hosts.yml", describe: 'Which kernels are there?' },
    {
      command: "kvmplay exec 'systemctl restart chronyd' kvm -i hosts.yml -b",
      describe: 'As root, on the group kvm',
    },
  ],
  notes: [
    'A command may change anything, and nothing guards or undoes that: what a network depends on belongs into a playbook.',
    'The standard input of the command is empty. A command that is given up, or left by Ctrl-C, may go on running on its host. A host may say up to 4 MiB.',
    'Exit codes: 0 the command ended with 0 everywhere; 1 it could not start; 2 it ended otherwise, or could not be run, on some host; 4 hosts were unreachable and all others ended with 0.',
  ],
});
