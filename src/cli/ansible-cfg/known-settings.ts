/** Settings of Ansible without an option of kvmplay: the reason, or what to do instead. */

/** Flags that kvmplay passes to sudo, su or doas anyway. */
export const becomeFlagsOfItself: ReadonlySet<string> = new Set(['-H', '-S', '-n', '-HSn', '']);

export const needlessSections: readonly { readonly pattern: RegExp; readonly reason: string }[] = [
  { pattern: /^galaxy/, reason: 'there are no roles and collections' },
  { pattern: /^colors$/, reason: 'colours are those of the reports' },
  {
    pattern: /^(persistent_connection|netconf_connection|paramiko_connection)$/,
    reason: 'a host costs one connection',
  },
  { pattern: /^selinux$/, reason: 'labels are kept' },
  { pattern: /^callback_/, reason: 'there are no callbacks: --output shapes the report' },
];

const python = 'no Python runs on a host';
const oneConnection = 'a host costs one connection';
const noCopies = 'no file is copied by scp or sftp';
const standardInput = 'scripts always travel on standard input';
const modules = 'tasks are modules that a playbook imports';
const report = '--output shapes the report';
const facts = 'only facts that are asked for are read, and none is kept';
const refused = 'what cannot be read or found is an error';
const record = 'every run leaves a record: kvmplay runs';

export const needlessKeys: ReadonlyMap<string, string> = new Map([
  ...each(standardInput, ['pipelining', 'usetty', 'sshpass_prompt']),
  ...each(oneConnection, ['control_path', 'control_path_dir', 'use_persistent_connections']),
  ...each(noCopies, [
    'scp_if_ssh',
    'transfer_method',
    'sftp_batch_mode',
    'scp_extra_args',
    'sftp_extra_args',
    'scp_executable',
    'sftp_executable',
  ]),
  ...each(python, [
    'interpreter_python',
    'remote_tmp',
    'local_tmp',
    'module_compression',
    'module_lang',
    'module_set_locale',
    'keep_remote_files',
    'allow_world_readable_tmpfiles',
    'python_module_rlimit_nofile',
    'no_target_syslog',
    'syslog_facility',
  ]),
  ...each(modules, [
    'roles_path',
    'library',
    'module_utils',
    'module_name',
    'collections_path',
    'collections_paths',
    'collections_scan_sys_path',
    'collections_on_ansible_version_mismatch',
    'action_plugins',
    'become_plugins',
    'cache_plugins',
    'callback_plugins',
    'cliconf_plugins',
    'connection_plugins',
    'doc_fragment_plugins',
    'filter_plugins',
    'httpapi_plugins',
    'inventory_plugins',
    'lookup_plugins',
    'netconf_plugins',
    'strategy_plugins',
    'terminal_plugins',
    'test_plugins',
    'force_handlers',
  ]),
  ...each(facts, [
    'gathering',
    'gather_subset',
    'gather_timeout',
    'fact_path',
    'fact_caching',
    'fact_caching_connection',
    'fact_caching_prefix',
    'fact_caching_timeout',
    'inject_facts_as_vars',
    'cache',
    'cache_plugin',
    'cache_connection',
    'cache_prefix',
    'cache_timeout',
  ]),
  ...each(report, [
    'stdout_callback',
    'callback_whitelist',
    'callbacks_enabled',
    'bin_ansible_callbacks',
    'display_skipped_hosts',
    'display_ok_hosts',
    'display_args_to_stdout',
    'show_custom_stats',
    'show_task_path_on_failure',
    'check_mode_markers',
    'verbose_to_stderr',
    'cow_selection',
    'cowpath',
    'nocows',
    'nocolor',
    'force_color',
    'deprecation_warnings',
    'devel_warning',
    'system_warnings',
    'action_warnings',
    'command_warnings',
    'localhost_warning',
    'inventory_unparsed_warning',
    'jinja2_native_warning',
    'context',
    'max_diff_size',
  ]),
  ...each(record, ['retry_files_enabled', 'retry_files_save_path']),
  ...each(refused, [
    'any_unparsed_is_failed',
    'unparsed_is_failed',
    'host_pattern_mismatch',
    'error_on_missing_handler',
    'invalid_task_attribute_failed',
  ]),
  ...each('kvmplay encrypts nothing', ['vault_encrypt_identity', 'vault_id_match']),
  ...each('hosts do not wait for each other', ['strategy', 'poll_interval', 'internal_poll_interval']),
  ...each('vault values are masked in every report', ['no_log', 'log_filter']),
  ...each('each source is read as what it is', ['enable_plugins', 'yaml_valid_extensions']),
  ...each('a template literal says it', ['ansible_managed']),
]);

export const withoutEquivalent: ReadonlyMap<string, string> = new Map([
  ['remote_port', 'say ansible_port in group_vars/all of the inventory'],
  ['become_exe', 'say ansible_become_exe in group_vars/all of the inventory'],
  ['executable', 'scripts are run by sh'],
  ['ssh_executable', 'say ansible_ssh_executable in the inventory, with ansible_connection: openssh'],
  ['pkcs11_provider', "connection: 'openssh' and PKCS11Provider of ssh_config do it"],
  ['log_path', "output: ['auto', 'jsonl:FILE'] keeps a log"],
  ['any_errors_fatal', "maxFailures: '0' starts no further host after one that failed"],
  ['task_timeout', 'command and shell have a timeout of their own'],
  ['error_on_undefined_vars', 'what has no value is always an error'],
  ['password', 'becomePasswordFile names a file that holds it'],
  ['module_args', 'there are no modules'],
  ['vault_identity', 'vaultId takes ID@FILE'],
  ['playbook_vars_root', 'group_vars and host_vars beside the playbook count'],
]);

function each(reason: string, keys: readonly string[]): readonly (readonly [string, string])[] {
  return keys.map((key) => [key, reason]);
}
