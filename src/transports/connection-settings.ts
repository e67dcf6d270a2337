import type { InventoryHost } from '../model/inventory.ts';
import { becomeMethods, type BecomeMethod, type BecomeSettings, type Secret } from './login/become.ts';
import { passableFlags, readBecomeFlags } from './login/become-flags.ts';
import { ConnectionVars } from './connection-vars.ts';
import type { HostKeyChecking } from './host-keys/host-key.ts';
import type { LocalSettings } from './local.ts';
import { checkArguments } from './openssh/arguments.ts';
import type { OpenSshTarget } from './openssh/openssh.ts';
import { readSshTarget, type SshTarget } from './ssh-target.ts';

/** `ssh`: kvmplay speaks SSH itself. `openssh`: over the ssh program. `local`: this machine. */
export type ConnectionKind = 'ssh' | 'openssh' | 'local';

/** Connection settings for hosts whose inventory has none. The inventory wins. */
export interface ConnectionDefaults {
  /** Default: `ssh`. */
  readonly connection?: ConnectionKind | undefined;
  /** Default: the user who runs kvmplay. */
  readonly user?: string | undefined;
  /** Default: 22. */
  readonly port?: number | undefined;
  readonly privateKeyFile?: string | undefined;
  readonly password?: Secret | undefined;
  readonly become?: boolean | undefined;
  /** Default: `root`. */
  readonly becomeUser?: string | undefined;
  /** Default: `sudo`. */
  readonly becomeMethod?: BecomeMethod | undefined;
  /** Absent: the become method must not ask for one. */
  readonly becomePassword?: Secret | undefined;
  /** Default: `yes`. */
  readonly hostKeyChecking?: HostKeyChecking | undefined;
  /** Arguments as for the ssh program, split into words. */
  readonly sshArguments?: readonly string[] | undefined;
  readonly sshCommonArguments?: readonly string[] | undefined;
  readonly sshExtraArguments?: readonly string[] | undefined;
  /** Number of retries for a host that is not reached. Default: 0. */
  readonly connectRetries?: number | undefined;
}

export type ConnectionSettings =
  | ({ readonly connection: 'ssh' } & SshTarget)
  | ({ readonly connection: 'openssh' } & OpenSshTarget)
  | ({ readonly connection: 'local' } & LocalSettings);

/** Reads the `ansible_*` variables of a host. Throws InventoryError for values that kvmplay cannot follow. */
export function connectionSettings(
  host: InventoryHost,
  defaults: ConnectionDefaults = {},
): ConnectionSettings {
  const vars = new ConnectionVars(host);
  // Ansible's `smart` has meant ssh for many years.
  const named =
    vars.text('ansible_connection') === 'smart'
      ? 'ssh'
      : vars.oneOf('ansible_connection', ['ssh', 'openssh', 'local']);
  const connection = named ?? defaults.connection ?? 'ssh';
  refuseForeign(vars, connection);

  const become = becomeSettings(vars, defaults);
  switch (connection) {
    case 'local':
      return { connection, name: host.name, become };
    case 'ssh':
    case 'openssh': {
      const target = readSshTarget(host.name, vars, { defaults, become });
      checkArguments(target, host.place);
      if (connection === 'ssh') return { connection, ...target };
      const executable = vars.text('ansible_ssh_executable');
      return { connection, ...target, executable };
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
  const executable = becomeWords(vars, 'exe', method);
  if (executable?.words.some((word) => /^-./.test(word)) === true) {
    throw vars.error(
      executable.name,
      `is ${JSON.stringify(executable.text)}, and its flags should stand in ansible_become_flags`,
    );
  }
  const flags = becomeFlags(vars, method);
  return {
    user,
    ...(method !== 'sudo' && { method }),
    password,
    ...(executable !== undefined && { executable: executable.words }),
    ...(flags.length > 0 && { flags }),
  };
}

function becomeFlags(vars: ConnectionVars, method: BecomeMethod): readonly string[] {
  const given = becomeWords(vars, 'flags', method);
  if (given === undefined) return [];
  const { flags, refused } = readBecomeFlags(method, given.words);
  if (refused === undefined) return flags;
  throw vars.error(
    given.name,
    `has ${JSON.stringify(refused)}, and kvmplay passes on ${passableFlags(method).join(', ')} of ${method} only`,
  );
}

/** The words of `ansible_become_flags`, or of `ansible_sudo_flags`, which wins. */
function becomeWords(
  vars: ConnectionVars,
  what: 'exe' | 'flags',
  method: BecomeMethod,
): { readonly name: string; readonly text: string; readonly words: readonly string[] } | undefined {
  const name = [`ansible_${method}_${what}`, `ansible_become_${what}`].find((each) => vars.has(each));
  if (name === undefined) return undefined;
  const text = vars.text(name) ?? '';
  return { name, text, words: vars.words(name) ?? [] };
}

function refuseForeign(vars: ConnectionVars, connection: ConnectionKind): void {
  if (connection !== 'openssh' && vars.has('ansible_ssh_executable')) {
    throw vars.error(
      'ansible_ssh_executable',
      'is set, and kvmplay, which speaks SSH itself, starts that program with ansible_connection: openssh only',
    );
  }
}
