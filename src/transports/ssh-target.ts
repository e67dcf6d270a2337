import type { BecomeSettings, Secret } from './login/become.ts';
import type { ConnectionDefaults } from './connection-settings.ts';
import type { ConnectionVars } from './connection-vars.ts';
import type { HostKeyChecking } from './host-keys/host-key.ts';

/** The settings of inventory and run for reaching a host over SSH. ssh_config and defaults fill in the absent ones. */
export interface SshTarget {
  /** Name in the inventory, for messages. */
  readonly name: string;
  /** The destination for the ssh program: a name or address that ssh_config may translate. */
  readonly destination: string;
  readonly port?: number | undefined;
  readonly user?: string | undefined;
  /** The only key to offer. */
  readonly privateKeyFile?: string | undefined;
  readonly password?: Secret | undefined;
  readonly hostKeyChecking?: HostKeyChecking | undefined;
  /** Arguments for the ssh program, split into words. They win over the other fields, as with Ansible. */
  readonly firstArguments: readonly string[];
  /** Arguments for the ssh program that the other fields win over. */
  readonly lastArguments: readonly string[];
  /** Milliseconds to connect in. */
  readonly connectTimeout?: number | undefined;
  /** Milliseconds that a script may take when it sets no time of its own. */
  readonly commandTimeout?: number | undefined;
  /** Number of retries when the host is not reached. */
  readonly retries?: number | undefined;
  readonly become?: BecomeSettings | undefined;
}

export function readSshTarget(
  name: string,
  vars: ConnectionVars,
  { defaults, become }: { defaults: ConnectionDefaults; become: BecomeSettings | undefined },
): SshTarget {
  const port = vars.port('ansible_port', 'ansible_ssh_port') ?? defaults.port;
  const user = vars.text('ansible_user', 'ansible_ssh_user') ?? defaults.user;
  const privateKeyFile =
    vars.text('ansible_private_key_file', 'ansible_ssh_private_key_file') ?? defaults.privateKeyFile;
  const password =
    vars.secret('ansible_password', 'ansible_ssh_pass', 'ansible_ssh_password') ?? defaults.password;
  const connectTimeout = vars.seconds('ansible_timeout', 'ansible_ssh_timeout');
  const commandTimeout = vars.seconds('ansible_command_timeout');
  const retries = vars.count('ansible_ssh_retries') ?? defaults.connectRetries;
  const { hostKeyChecking } = defaults;
  const { sshArguments, sshCommonArguments, sshExtraArguments } = defaults;
  const words = (variable: string, otherwise: readonly string[] = []): readonly string[] =>
    vars.words(variable) ?? (vars.isEmpty(variable) ? [] : otherwise);
  return {
    name,
    destination: vars.text('ansible_host', 'ansible_ssh_host') ?? name,
    firstArguments: [
      ...option('ProxyJump', vars.text('kvmplay_proxy_jump')),
      ...words('ansible_ssh_args', sshArguments),
      ...option('StrictHostKeyChecking', hostKeyCheckingOf(vars)),
    ],
    lastArguments: [
      ...words('ansible_ssh_common_args', sshCommonArguments),
      ...words('ansible_ssh_extra_args', sshExtraArguments),
    ],
    port,
    user,
    privateKeyFile,
    password,
    hostKeyChecking,
    connectTimeout,
    commandTimeout,
    retries,
    become,
  };
}

function option(name: string, value: string | undefined): readonly string[] {
  return value === undefined ? [] : ['-o', `${name}=${value}`];
}

function hostKeyCheckingOf(vars: ConnectionVars): HostKeyChecking | undefined {
  const isWanted = vars.boolean('ansible_host_key_checking', 'ansible_ssh_host_key_checking');
  if (isWanted === undefined) return undefined;
  return isWanted ? 'yes' : 'no';
}
