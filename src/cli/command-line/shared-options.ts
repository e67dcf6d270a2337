import type { OptionTable } from './command-line.ts';

const vault = 'Vault:';

export const vaultOptions = {
  'vault-id': {
    type: 'list',
    value: 'ID@SOURCE',
    means: 'vault',
    describe:
      'password of the vaults labelled ID: SOURCE is a file, a program that prints it, or prompt; without ID@ of all vaults',
    group: vault,
  },
  'vault-password-file': {
    type: 'list',
    also: ['vault-pass-file'],
    value: 'FILE',
    means: 'file',
    describe: 'file that holds a vault password, or program that prints one; several are tried in turn',
    group: vault,
  },
  'ask-vault-pass': {
    type: 'flag',
    alias: 'J',
    also: ['ask-vault-password'],
    describe: 'ask for the vault password',
    group: vault,
  },
} as const satisfies OptionTable;

export const inventoryOptions = {
  inventory: {
    type: 'list',
    alias: 'i',
    also: ['inventory-file'],
    value: 'SOURCE',
    means: 'inventory',
    required: true,
    describe:
      'inventory: a file (YAML, INI, JSON, an executable, TypeScript), a folder of such files, or hosts with a comma (kvm1,kvm2); several are merged, a later one wins',
  },
  ...vaultOptions,
} as const satisfies OptionTable;

/** Options of commands that can use the inventory of an earlier run. */
export const recordedInventoryOptions = {
  ...inventoryOptions,
  inventory: {
    ...inventoryOptions.inventory,
    required: false,
    describe: `${inventoryOptions.inventory.describe}; optional with --resume and --only-failed`,
  },
} as const satisfies OptionTable;

const group = 'Connection:';

export const connectionOptions = {
  forks: {
    type: 'number',
    alias: 'f',
    value: 'N',
    least: 1,
    default: 50,
    describe: 'number of hosts at once',
    group,
  },
  connection: {
    type: 'text',
    alias: 'c',
    value: 'KIND',
    choices: ['ssh', 'openssh', 'local'],
    describe: 'how to reach hosts without ansible_connection in the inventory; openssh uses the ssh program',
    group,
  },
  user: {
    type: 'text',
    alias: 'u',
    value: 'USER',
    describe: 'log in as USER, unless the inventory sets ansible_user',
    group,
  },
  'private-key': {
    type: 'text',
    also: ['key-file'],
    value: 'FILE',
    means: 'file',
    describe: 'log in with this key instead of the agent and the keys in ~/.ssh',
    group,
  },
  'ask-pass': {
    type: 'flag',
    alias: 'k',
    describe: 'ask for the SSH password',
    group,
  },
  'connection-password-file': {
    type: 'text',
    also: ['conn-pass-file'],
    value: 'FILE',
    means: 'file',
    describe: 'read the SSH password from the first line of FILE',
    group,
  },
  become: {
    type: 'flag',
    alias: 'b',
    describe: 'become root, or --become-user, after the login',
    group,
  },
  'become-user': {
    type: 'text',
    value: 'USER',
    describe: 'user for --become, unless the inventory sets ansible_become_user; default: root',
    group,
  },
  'become-method': {
    type: 'text',
    value: 'METHOD',
    choices: ['sudo', 'su', 'doas'],
    describe:
      'the program by which --become becomes where the inventory has no ansible_become_method; default: sudo',
    group,
  },
  'ask-become-pass': {
    type: 'flag',
    alias: 'K',
    describe: 'ask for the password that the become method wants',
    group,
  },
  'become-password-file': {
    type: 'text',
    also: ['become-pass-file'],
    value: 'FILE',
    means: 'file',
    describe: 'read the password that the become method wants from the first line of FILE',
    group,
  },
  'host-key-checking': {
    type: 'text',
    value: 'POLICY',
    choices: ['yes', 'accept-new', 'no'],
    describe:
      'yes: refuse unknown keys; accept-new: store keys of new hosts; no: skip the check. Default: StrictHostKeyChecking of ssh_config, else yes',
    group,
  },
  'connect-timeout': {
    type: 'number',
    alias: 'T',
    also: ['timeout'],
    value: 'SECONDS',
    least: 1,
    describe:
      'time limit for TCP, handshake and login together; default: ConnectTimeout of ssh_config, else 10',
    group,
  },
  'connect-retries': {
    type: 'number',
    value: 'N',
    least: 0,
    describe: 'retry unreachable hosts N times; a refused login or host key is never retried',
    group,
  },
  'ssh-config': {
    type: 'text',
    value: 'FILE',
    means: 'ssh-config',
    describe: "ssh_config file to use instead of the user's and the system's; none: no file",
    group,
  },
  'ssh-args': {
    type: 'text',
    value: 'ARGS',
    describe: 'ssh arguments that come before all others, unless the inventory sets ansible_ssh_args',
    group,
  },
  'ssh-common-args': {
    type: 'text',
    value: 'ARGS',
    describe: "ssh arguments such as '-J bastion', unless the inventory sets ansible_ssh_common_args",
    group,
  },
  'ssh-extra-args': {
    type: 'text',
    value: 'ARGS',
    describe: 'further ssh arguments, unless the inventory sets ansible_ssh_extra_args',
    group,
  },
} as const satisfies OptionTable;

export const extraVarsOption = {
  'extra-vars': {
    type: 'list',
    alias: 'e',
    value: 'VARS',
    means: 'vars',
    describe:
      'variables that win over the inventory: pairs name=text, a mapping in JSON, or @FILE with one in YAML or JSON',
  },
} as const satisfies OptionTable;

/** Options of commands that ask hosts without a playbook. */
export const askingOptions = {
  ...inventoryOptions,
  ...extraVarsOption,
  ...connectionOptions,
} as const satisfies OptionTable;
