import { command } from '../command-line/command-line.ts';
import { extraVarsOption, inventoryOptions } from '../command-line/shared-options.ts';

export const initSpec = command({
  name: 'init',
  summary: 'Write the files of a new project: settings, an inventory, a playbook',
  positionals: [{ name: 'DIR', describe: 'folder of the project; default: the current directory' }],
  options: {},
  examples: [
    { command: 'kvmplay init network', describe: 'Then look into network/README.md' },
    { command: 'kvmplay init', describe: 'In the folder of an ansible.cfg: take it over' },
  ],
  notes: [
    'A file that is there already is never overwritten: nothing is written then.',
    'Beside an ansible.cfg, or with ANSIBLE_CONFIG, the settings are what that file says, told line by line, and of the other files only those that are missing are written.',
  ],
});

export const checkSpec = command({
  name: 'check',
  summary: 'Check playbooks, inventory and settings without connecting to a host',
  positionals: [{ name: 'PLAYBOOK', describe: 'TypeScript file whose default export is a play', many: true }],
  options: {
    ...inventoryOptions,
    ...extraVarsOption,
  },
  examples: [
    { command: 'kvmplay check bond6.ts -i hosts.yml', describe: 'Before a commit, or in CI' },
    { command: 'kvmplay check -i hosts.yml', describe: 'The inventory alone' },
  ],
  notes: [
    'Checked are the types of playbooks, of a TypeScript inventory and of kvmplay.config.ts, the inventory, what its variables say about reaching hosts, the patterns and rollouts of plays, and the variables of all hosts against the schemas of plays.',
    'Exit codes: 0 all is well; 1 something is wrong, and all of it is told.',
  ],
});
