import type { InventoryHost } from '../model/inventory.ts';
import { becomeMethods, type BecomeMethod, type BecomeSettings, type Secret } from './become.ts';
import { ConnectionVars } from './connection-vars.ts';
import type { HostKeyChecking } from './host-key.ts';
import type { LocalSettings } from './local.ts';
import { checkArguments } from './openssh-arguments.ts';
import type { OpenSshTarget } from './openssh.ts';
import { readSshTarget, type SshTarget } from './ssh-target.ts';

/** `ssh`: kvmplay speaks SSH itself. `openssh`: over the ssh program. `local`: this machine. */
export type ConnectionKind = 'ssh' | 'openssh' | 'local';

/** How to reach hosts of which the inventory does not say it. What the inventory says wins. */
export interface ConnectionDefaults {
  /** Default: `ssh`. */
  readonly connection?: ConnectionKind;
  /** Default: who runs kvmplay. */
  readonly user?: string;
  /** Default: 22. */
  readonly port?: number;
  readonly privateKeyFile?: string;
  readonly password?: Secret;
  readonly become?: boolean;
  /** Default: `root`. */
  readonly becomeUser?: string;
  /** Default: `sudo`. */
  readonly becomeMethod?: BecomeMethod;
  /** Absent: the become method must not ask for one. */
  readonly becomePassword?: Secret;
  /** Default: `yes`. */
  readonly hostKeyChecking?: HostKeyChecking;
  /** Arguments as for the ssh program, split into words. */
  readonly sshArguments?: readonly string[];
  readonly sshCommonArguments?: readonly string[];
  readonly sshExtraArguments?: readonly string[];
  /** How many times more to try a host that is not reached. Default: 0. */
  readonly connectRetries?: number;
}

export type ConnectionSettings =
  | ({ readonly connection: 'ssh' } & SshTarget)
  | ({ readonly connection: 'openssh' } & OpenSshTarget)
  | ({ readonly connection: 'local' } & LocalSettings);

/** Reads the `ansible_*` variables of a host. Throws InventoryError for what they say and kvmplay cannot do. */
export function connectionSettings(
  host: InventoryHost,
  defaults: ConnectionDefaults = {},
): ConnectionSettings {
  const vars = new ConnectionVars(host);
  const connection =
    vars.oneOf('ansible_connection', ['ssh', 'openssh', 'local']) ?? defaults.connection ?? 'ssh';
  refuseForeign(vars, connection);

  const become = becomeSettings(vars, defaults);
  switch (connection) {
    case 'local':
      return { connection, name: host.name, ...(become !== undefined && { become }) };
    case 'ssh':
    case 'openssh': {
      const target = readSshTarget(host.name, vars, { defaults, become });
      checkArguments(target, host.place);
      if (connection === 'ssh') return { connection, ...target };
      const executable = vars.text('ansible_ssh_executable');
      return { connection, ...target, ...(executable !== undefined && { executable }) };
    }
  }
}

function becomeSettings(vars: ConnectionVars, defaults: ConnectionDefaults): BecomeSettings | undefined {
  const isWanted = vars.boolean('ansible_become') ?? defaults.become ?? false;
  const method = vars.oneOf('ansible_become_method', becomeMethods) ?? defaults.becomeMethod ?? 'sudo';
  const user = vars.text('ansible_become_user', `ansible_${method}_user`) ?? defaults.becomeUser ?? 'root';
  const password =
    vars.secret('ansible_become_password', 'ansible_become_pass', `ansible_${method}_pass`) ??
    defaults.becomePassword;
  if (!isWanted) return undefined;
  return { user, ...(method !== 'sudo' && { method }), ...(password !== undefined && { password }) };
}

/** Silence would become somebody else than Ansible does. */
const foreignVars = ['ansible_become_exe', 'ansible_become_flags'];

function refuseForeign(vars: ConnectionVars, connection: ConnectionKind): void {
  if (connection !== 'openssh' && vars.has('ansible_ssh_executable')) {
    throw vars.error(
      'ansible_ssh_executable',
      'is set, and kvmplay, which speaks SSH itself, starts that program with ansible_connection: openssh only',
    );
  }
  for (const name of foreignVars) {
    if (!vars.has(name)) continue;
    throw vars.error(
      name,
      'is not supported: kvmplay speaks SSH itself and passes no options to other programs',
    );
  }
}
