/**
 * Options of Ansible that kvmplay does not have, and what to do instead. `COMMAND OPTION` is the key of a sentence for one
 * command only.
 */
export const foreignOptions: Readonly<Record<string, string>> = {
  // ansible
  a: "a command is run on hosts by kvmplay exec 'COMMAND' PATTERN",
  args: "a command is run on hosts by kvmplay exec 'COMMAND' PATTERN",
  m: 'there are no modules: a command is run by kvmplay exec, tasks stand in playbooks',
  'module-name': 'there are no modules: a command is run by kvmplay exec, tasks stand in playbooks',
  B: 'a command runs for as long as --command-timeout of kvmplay exec says',
  background: 'a command runs for as long as --command-timeout of kvmplay exec says',
  P: 'nothing is polled: kvmplay waits for its hosts',
  poll: 'nothing is polled: kvmplay waits for its hosts',
  o: 'equal answers are shown once by kvmplay exec; --json is for programs',
  'one-line': 'equal answers are shown once by kvmplay exec; --json is for programs',
  tree: 'answers of all hosts are one JSON object with --json',
  // ansible-playbook
  M: 'tasks are ordinary modules that a playbook imports',
  'module-path': 'tasks are ordinary modules that a playbook imports',
  'playbook-dir': 'files are named relative to where kvmplay is called',
  'start-at-task':
    'a host is one transaction, begun anew: --tags chooses tasks, --resume last goes on with hosts that are not done',
  'syntax-check': 'kvmplay check tells all that is wrong without touching a host',
  'force-handlers': 'there are no handlers: what a host must do follows from its changes',
  'flush-cache': 'facts are never cached',
  'sftp-extra-args': 'no file is copied by sftp',
  'scp-extra-args': 'no file is copied by scp',
  serial: 'hosts go in waves by --canary and --window',
  s: 'root is become by -b',
  sudo: 'root is become by -b',
  S: 'root is become by -b',
  su: 'root is become by -b --become-method su',
  'exec check':
    'a command may change anything, so there is no check mode: hosts are looked at by kvmplay show, facts and ping',
  'exec C':
    'a command may change anything, so there is no check mode: hosts are looked at by kvmplay show, facts and ping',
  'exec diff': 'a command may change anything, and nobody knows what before it has run',
  'exec D': 'a command may change anything, and nobody knows what before it has run',
  'exec list-hosts': 'the hosts of a pattern are shown by kvmplay inventory --graph -l PATTERN',
  'exec t': 'answers of all hosts are one JSON object with --json',
  'exec v': 'each answer tells all there is; kvmplay ping -i INVENTORY shows how hosts are reached',
  'exec verbose': 'each answer tells all there is; kvmplay ping -i INVENTORY shows how hosts are reached',
  'ping v': 'an error says how far a connection came; ssh -v shows what ssh makes of the same host',
  'ping verbose': 'an error says how far a connection came; ssh -v shows what ssh makes of the same host',
  // ansible-inventory
  'inventory e': 'variables are shown as the inventory has them',
  'inventory extra-vars': 'variables are shown as the inventory has them',
  'inventory output': 'what is printed goes to a file by > FILE',
  'inventory v': 'an error names its file and line without being asked',
  'inventory verbose': 'an error names its file and line without being asked',
  'inventory y': 'JSON is what is printed, and JSON is YAML too',
  'inventory yaml': 'JSON is what is printed, and JSON is YAML too',
  'inventory toml': 'JSON is what is printed',
  // ansible-doc
  'doc list': 'kvmplay doc alone lists the tasks',
  'doc l': 'kvmplay doc alone lists the tasks',
  'doc list_files': 'kvmplay doc alone lists the tasks',
  'doc F': 'kvmplay doc alone lists the tasks',
  'doc entry-point': 'there are no roles: a playbook imports what it needs',
  'doc e': 'there are no roles: a playbook imports what it needs',
  'doc roles-path': 'there are no roles: a playbook imports what it needs',
  'doc r': 'there are no roles: a playbook imports what it needs',
  'doc json': 'the types of a task are its description for programs: see docs/api.md',
  'doc j': 'the types of a task are its description for programs: see docs/api.md',
  'doc v': 'a page tells all there is',
  'doc verbose': 'a page tells all there is',
  'doc type': 'tasks are all there is to describe: kvmplay doc lists them',
  'doc t': 'tasks are all there is to describe: kvmplay doc lists them',
  'doc snippet': 'each page ends with an example',
  'doc s': 'each page ends with an example',
};

/** Programs of Ansible, and what to do instead. */
export const foreignCommands: Readonly<Record<string, string>> = {
  playbook: 'playbooks are run by kvmplay run',
  adhoc: "a command is run on hosts by kvmplay exec 'COMMAND' PATTERN",
  command: "a command is run on hosts by kvmplay exec 'COMMAND' PATTERN",
  shell: "a command is run on hosts by kvmplay exec 'COMMAND' PATTERN",
  setup: 'what hosts tell about themselves is printed by kvmplay facts',
  vault: 'ansible-vault itself writes what kvmplay reads',
  galaxy: 'what is shared comes in packages of npm',
  console: "a command is run on hosts by kvmplay exec 'COMMAND' PATTERN",
  pull: 'hosts are reached over SSH from one place',
};

/** Returns the advice for an option that a command does not have. */
export function insteadOf(option: string, command: string): string | undefined {
  return foreignOptions[`${command} ${option}`] ?? foreignOptions[option];
}
