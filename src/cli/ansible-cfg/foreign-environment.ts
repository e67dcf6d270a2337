/** Maps variables of Ansible about connections and vaults to kvmplay's own. */
const ours: Readonly<Record<string, string>> = {
  ANSIBLE_REMOTE_USER: 'KVMPLAY_USER',
  ANSIBLE_PRIVATE_KEY_FILE: 'KVMPLAY_PRIVATE_KEY',
  ANSIBLE_HOST_KEY_CHECKING: 'KVMPLAY_HOST_KEY_CHECKING',
  ANSIBLE_TIMEOUT: 'KVMPLAY_CONNECT_TIMEOUT',
  ANSIBLE_SSH_ARGS: 'KVMPLAY_SSH_ARGS',
  ANSIBLE_SSH_COMMON_ARGS: 'KVMPLAY_SSH_COMMON_ARGS',
  ANSIBLE_SSH_EXTRA_ARGS: 'KVMPLAY_SSH_EXTRA_ARGS',
  ANSIBLE_SSH_RETRIES: 'KVMPLAY_CONNECT_RETRIES',
  ANSIBLE_BECOME: 'KVMPLAY_BECOME',
  ANSIBLE_BECOME_USER: 'KVMPLAY_BECOME_USER',
  ANSIBLE_BECOME_METHOD: 'KVMPLAY_BECOME_METHOD',
  ANSIBLE_BECOME_ASK_PASS: 'KVMPLAY_ASK_BECOME_PASS',
  ANSIBLE_BECOME_PASSWORD_FILE: 'KVMPLAY_BECOME_PASSWORD_FILE',
  ANSIBLE_CONNECTION_PASSWORD_FILE: 'KVMPLAY_CONNECTION_PASSWORD_FILE',
  ANSIBLE_VAULT_IDENTITY_LIST: 'KVMPLAY_VAULT_ID',
  ANSIBLE_ASK_VAULT_PASS: 'KVMPLAY_ASK_VAULT_PASS',
};

/** Returns the variables of Ansible that are set while kvmplay's own is not, each with the name of kvmplay's. */
export function foreignVariables(
  env: Readonly<Record<string, string | undefined>>,
): readonly (readonly [theirs: string, ours: string])[] {
  return Object.entries(ours).filter(([theirs, own]) => (env[theirs] ?? '') !== '' && env[own] === undefined);
}
