import { userInfo } from 'node:os';

import { InventoryError } from '../errors.ts';
import type { InventoryHost } from '../model/inventory.ts';
import type { BecomeSettings, Secret } from './become.ts';
import type { HostKeyChecking } from './host-key.ts';
import type { LocalSettings } from './local.ts';
import type { SshSettings } from './ssh.ts';

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
  ({ readonly connection: 'ssh' } & SshSettings) | ({ readonly connection: 'local' } & LocalSettings);

/** Reads the `ansible_*` variables of a host. Throws InventoryError for what they say and kvmplay cannot do. */
export function connectionSettings(
  host: InventoryHost,
  defaults: ConnectionDefaults = {},
): ConnectionSettings {
  const vars = new ConnectionVars(host);
  vars.refuseForeign();

  const connection = vars.oneOf('ansible_connection', ['ssh', 'local']) ?? defaults.connection ?? 'ssh';
  const become = becomeSettings(vars, defaults);
  if (connection === 'local')
    return { connection, name: host.name, ...(become === undefined ? {} : { become }) };

  const keyFile =
    vars.text('ansible_ssh_private_key_file', 'ansible_private_key_file') ?? defaults.privateKeyFile;
  const knownHostsFile = vars.knownHostsFile();
  const password =
    vars.secret('ansible_password', 'ansible_ssh_pass', 'ansible_ssh_password') ?? defaults.password;
  return {
    connection,
    name: host.name,
    address: vars.text('ansible_host', 'ansible_ssh_host') ?? host.name,
    port: vars.port('ansible_port', 'ansible_ssh_port') ?? defaults.port ?? 22,
    user: vars.text('ansible_user', 'ansible_ssh_user') ?? defaults.user ?? userInfo().username,
    hostKeyChecking: defaults.hostKeyChecking ?? 'yes',
    ...(keyFile === undefined ? {} : { privateKeyFile: keyFile }),
    ...(knownHostsFile === undefined ? {} : { knownHostsFile }),
    ...(password === undefined ? {} : { password }),
    ...(become === undefined ? {} : { become }),
  };
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
const foreignVars = [
  'ansible_ssh_args',
  'ansible_ssh_extra_args',
  'ansible_ssh_executable',
  'ansible_become_exe',
  'ansible_become_flags',
];

/** The variables of one host, with the error each deserves. The first of several names that is set counts. */
class ConnectionVars {
  readonly #host: InventoryHost;

  constructor(host: InventoryHost) {
    this.#host = host;
  }

  refuseForeign(): void {
    for (const name of foreignVars) {
      if (this.#find([name]) === undefined) continue;
      throw this.#error(
        `${name} is not supported: kvmplay speaks SSH itself and passes no options to other programs`,
      );
    }
  }

  text(...names: string[]): string | undefined {
    const found = this.#find(names);
    if (found === undefined) return undefined;
    if (typeof found.value !== 'string' && typeof found.value !== 'number') {
      throw this.#error(`${found.name} is ${describe(found.value)}, and should be text`);
    }
    return this.#withoutTemplate(found.name, String(found.value));
  }

  port(...names: string[]): number | undefined {
    const text = this.text(...names);
    if (text === undefined) return undefined;
    const port = Number(text);
    if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
    throw this.#error(
      `${names[0] ?? 'port'} is ${JSON.stringify(text)}, and should be a port from 1 to 65535`,
    );
  }

  /** The one option of OpenSSH that is understood: `-o UserKnownHostsFile=PATH`. */
  knownHostsFile(): string | undefined {
    const name = 'ansible_ssh_common_args';
    const text = this.text(name);
    if (text === undefined) return undefined;
    const file = /^-o ?UserKnownHostsFile=(\S+)$/.exec(text.trim())?.[1];
    if (file !== undefined) return file;
    throw this.#error(
      `${name} is ${JSON.stringify(text)}, and kvmplay, which speaks SSH itself, understands -o UserKnownHostsFile=PATH only`,
    );
  }

  boolean(name: string): boolean | undefined {
    const found = this.#find([name]);
    if (found === undefined) return undefined;
    const word = JSON.stringify(found.value).replaceAll('"', '').toLowerCase();
    if (['true', 'yes', 'on', '1'].includes(word)) return true;
    if (['false', 'no', 'off', '0'].includes(word)) return false;
    throw this.#error(`${name} is ${describe(found.value)}, and should be true or false`);
  }

  oneOf<T extends string>(name: string, choices: readonly T[]): T | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const choice = choices.find((candidate) => candidate === text);
    if (choice !== undefined) return choice;
    throw this.#error(`${name} is ${JSON.stringify(text)}, and kvmplay knows ${choices.join(' and ')} only`);
  }

  /** Never shows the value, whatever is wrong with it. */
  secret(...names: string[]): Secret | undefined {
    const found = this.#find(names);
    if (found === undefined) return undefined;
    const { name, value } = found;
    if (typeof value !== 'string' && typeof value !== 'number') throw this.#error(`${name} should be text`);
    const secret = String(value);
    if (secret.includes('{{')) throw this.#error(`${name} is a template, and kvmplay evaluates none`);
    return () => Promise.resolve(secret);
  }

  #find(names: readonly string[]): { name: string; value: unknown } | undefined {
    for (const name of names) {
      const value = this.#host.vars[name];
      if (value !== undefined && value !== null && value !== '') return { name, value };
    }
    return undefined;
  }

  #withoutTemplate(name: string, text: string): string {
    if (!text.includes('{{')) return text;
    throw this.#error(`${name} is the template ${JSON.stringify(text)}, and kvmplay evaluates none`);
  }

  #error(message: string): InventoryError {
    return new InventoryError(`${this.#host.name}: ${message}`, this.#host.place);
  }
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'a mapping' : JSON.stringify(value);
}
