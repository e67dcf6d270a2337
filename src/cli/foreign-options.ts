/**
 * Options that fingers know from Ansible and kvmplay does not have, and what to do instead. A sentence that holds for one
 * command alone stands under `COMMAND OPTION`.
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
  'force-handlers': 'there are no handlers: what a host must do follows from its changes',
  'flush-cache': 'facts are never cached',
  'sftp-extra-args': 'no file is copied by sftp',
  'scp-extra-args': 'no file is copied by scp',
  serial: 'hosts go in waves by --canary and --window',
  s: 'root is become by -b',
  sudo: 'root is become by -b',
  S: 'root is become by -b',
  su: 'root is become by -b',
  'exec check':
    'a command may change anything, so there is no check mode: hosts are looked at by kvmplay show, facts and ping',
  'exec C':
    'a command may change anything, so there is no check mode: hosts are looked at by kvmplay show, facts and ping',
  'exec diff': 'a command may change anything, and nobody knows what before it has run',
  'exec D': 'a command may change anything, and nobody knows what before it has run',
  // ansible-inventory
  'inventory y': 'JSON is what is printed, and JSON is YAML too',
  'inventory yaml': 'JSON is what is printed, and JSON is YAML too',
  'inventory toml': 'JSON is what is printed',
  'inventory export': 'variables of groups are merged into those of hosts',
  // ansible-doc
  'doc list': 'kvmplay doc alone lists the tasks',
  'doc l': 'kvmplay doc alone lists the tasks',
  'doc type': 'tasks are all there is to describe: kvmplay doc lists them',
  'doc t': 'tasks are all there is to describe: kvmplay doc lists them',
  'doc snippet': 'each page ends with an example',
  'doc s': 'each page ends with an example',
};

/** What to do instead of an option that a command does not have. */
export function insteadOf(option: string, command: string): string | undefined {
  return foreignOptions[`${command} ${option}`] ?? foreignOptions[option];
}
