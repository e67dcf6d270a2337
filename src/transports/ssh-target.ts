import type { BecomeSettings, Secret } from './become.ts';
import type { ConnectionDefaults } from './connection-settings.ts';
import type { ConnectionVars } from './connection-vars.ts';
import type { HostKeyChecking } from './host-key.ts';

/** What inventory and run say about reaching a host over SSH. What they leave open, ssh_config or a default says. */
export interface SshTarget {
  /** Name in the inventory, for messages. */
  readonly name: string;
  /** What the ssh program would be called with: a name or address that ssh_config may translate. */
  readonly destination: string;
  readonly port?: number;
  readonly user?: string;
  /** The only key to offer. */
  readonly privateKeyFile?: string;
  readonly password?: Secret;
  readonly hostKeyChecking?: HostKeyChecking;
  /** Arguments as for the ssh program, split into words: these win over what stands here by name, as with Ansible. */
  readonly firstArguments: readonly string[];
  /** And these do not. */
  readonly lastArguments: readonly string[];
  readonly become?: BecomeSettings;
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
  const { hostKeyChecking } = defaults;
  const words = (variable: string): readonly string[] => splitArguments(vars, variable);
  return {
    name,
    destination: vars.text('ansible_host', 'ansible_ssh_host') ?? name,
    firstArguments: words('ansible_ssh_args'),
    lastArguments: [...words('ansible_ssh_common_args'), ...words('ansible_ssh_extra_args')],
    ...(port !== undefined && { port }),
    ...(user !== undefined && { user }),
    ...(privateKeyFile !== undefined && { privateKeyFile }),
    ...(password !== undefined && { password }),
    ...(hostKeyChecking !== undefined && { hostKeyChecking }),
    ...(become !== undefined && { become }),
  };
}

/** Words as Ansible (Python's shlex) splits them: blanks, quotes, backslashes; nothing else is special. */
function splitArguments(vars: ConnectionVars, variable: string): readonly string[] {
  const text = vars.text(variable);
  if (text === undefined) return [];
  const words: string[] = [];
  const word = /\s*((?:[^\s'"\\]|\\.|'[^']*'|"(?:[^"\\]|\\.)*")+)/suy;
  while (word.lastIndex < text.trimEnd().length) {
    const found = word.exec(text)?.[1];
    if (found === undefined) {
      throw vars.error(variable, `is ${JSON.stringify(text)}, in which a quote is not closed`);
    }
    words.push(unquote(found));
  }
  return words;
}

function unquote(word: string): string {
  return word.replace(
    /'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)/gsu,
    (_, single?: string, double?: string, escaped?: string) =>
      single ?? double?.replace(/\\(["\\])/gu, '$1') ?? escaped ?? '',
  );
}
