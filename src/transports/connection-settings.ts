import type { InventoryHost } from '../model/inventory.ts';
import type { BecomeSettings, Secret } from './become.ts';
import { ConnectionVars } from './connection-vars.ts';
import type { HostKeyChecking } from './host-key.ts';
import type { LocalSettings } from './local.ts';
import { readSshTarget, type SshTarget } from './ssh-target.ts';

/** How to reach hosts of which the inventory does not say it. What the inventory says wins. */
export interface ConnectionDefaults {
  /** Default: `ssh`. */
  readonly connection?: 'ssh' | 'local';
  /** Default: who runs kvmplay. */
  readonly user?: string;
  /** Default: 22. */
  readonly port?: number;
  readonly privateKeyFile?: string;
  readonly password?: Secret;
  readonly become?: boolean;
  /** Default: `root`. */
  readonly becomeUser?: string;
  /** Absent: sudo must not ask for one. */
  readonly becomePassword?: Secret;
  /** Default: `yes`. */
  readonly hostKeyChecking?: HostKeyChecking;
}

export type ConnectionSettings =
  ({ readonly connection: 'ssh' } & SshTarget) | ({ readonly connection: 'local' } & LocalSettings);

/** Reads the `ansible_*` variables of a host. Throws InventoryError for what they say and kvmplay cannot do. */
export function connectionSettings(
  host: InventoryHost,
  defaults: ConnectionDefaults = {},
): ConnectionSettings {
  const vars = new ConnectionVars(host);
  refuseForeign(vars);

  const connection = vars.oneOf('ansible_connection', ['ssh', 'local']) ?? defaults.connection ?? 'ssh';
  const become = becomeSettings(vars, defaults);
  switch (connection) {
    case 'local':
      return { connection, name: host.name, ...(become !== undefined && { become }) };
    case 'ssh':
      return { connection, ...readSshTarget(host.name, vars, { defaults, become }) };
  }
}

function becomeSettings(vars: ConnectionVars, defaults: ConnectionDefaults): BecomeSettings | undefined {
  const isWanted = vars.boolean('ansible_become') ?? defaults.become ?? false;
  vars.oneOf('ansible_become_method', ['sudo']);
  const user = vars.text('ansible_become_user') ?? defaults.becomeUser ?? 'root';
  const password =
    vars.secret('ansible_become_password', 'ansible_become_pass', 'ansible_sudo_pass') ??
    defaults.becomePassword;
  if (!isWanted) return undefined;
  return password === undefined ? { user } : { user, password };
}

/** Would be obeyed by Ansible's ssh program. kvmplay starts none, and silence would connect somewhere or somehow else. */
const foreignVars = ['ansible_ssh_executable', 'ansible_become_exe', 'ansible_become_flags'];

function refuseForeign(vars: ConnectionVars): void {
  for (const name of foreignVars) {
    if (!vars.has(name)) continue;
    throw vars.error(
      `${name} is not supported: kvmplay speaks SSH itself and passes no options to other programs`,
    );
  }
}
