import type { KvmplayConfig } from '../../config-options.ts';
import { toBoolean } from '../../model/ansible-boolean.ts';
import type { AnsibleSetting } from './read-ansible-cfg.ts';
import { becomeFlagsOfItself, needlessKeys, needlessSections, withoutEquivalent } from './known-settings.ts';

type Name = keyof KvmplayConfig;

export type ConfigValue = string | number | boolean | readonly string[];

/** How a setting of an ansible.cfg is taken over. */
export type Fate =
  /** It becomes these options of kvmplay.config.ts. `remark` says how they differ. */
  | {
      readonly kind: 'taken';
      readonly options: readonly (readonly [name: Name, value: ConfigValue])[];
      readonly remark?: string | undefined;
    }
  /** kvmplay does not need it. */
  | { readonly kind: 'needless'; readonly reason: string }
  /** kvmplay has nothing that replaces it. */
  | { readonly kind: 'lost'; readonly reason: string };

export interface TakenOver {
  readonly setting: AnsibleSetting;
  readonly fate: Fate;
}

/** Decides how each setting is taken over. `toPath` turns a path of ansible.cfg into one of kvmplay.config.ts. */
export function takeOver(
  settings: readonly AnsibleSetting[],
  toPath: (path: string) => string,
): readonly TakenOver[] {
  return settings.map((setting) => ({ setting, fate: fateOf(setting, toPath) }));
}

function fateOf(setting: AnsibleSetting, toPath: (path: string) => string): Fate {
  const { section, key } = setting;
  const value = unquote(setting.value);
  const isNeedless = needlessSections.find(({ pattern }) => pattern.test(section));
  if (isNeedless !== undefined) return needless(isNeedless.reason);
  if (value === '') return needless('it says nothing');
  const convert = converters[`${section} ${key}`];
  if (convert !== undefined) return convert(value, toPath);
  const reason = needlessKeys.get(key);
  if (reason !== undefined) return needless(reason);
  return lost(withoutEquivalent.get(key) ?? 'kvmplay has nothing like it');
}

type Converter = (value: string, toPath: (path: string) => string) => Fate;

const flagOf =
  (name: Name): Converter =>
  (text) => {
    const value = toBoolean(text);
    if (value === undefined) return lost(`${JSON.stringify(text)} is neither true nor false`);
    return value ? taken(name, true) : needless('it is the default');
  };

const textOf =
  (name: Name): Converter =>
  (text) =>
    taken(name, text);

const numberOf =
  (name: Name, least: number): Converter =>
  (text) =>
    /^\d+$/.test(text) && Number(text) >= least
      ? taken(name, Number(text))
      : lost(`it should be a whole number of at least ${least}`);

const pathOf =
  (name: Name): Converter =>
  (text, toPath) =>
    hasVariable(text) ? lost(variableReason) : taken(name, toPath(text));

const listOf =
  (name: Name): Converter =>
  (text) =>
    taken(name, split(text));

const hostKeyChecking: Converter = (text) =>
  toBoolean(text) === false
    ? taken('hostKeyChecking', 'no', "'accept-new' would refuse keys that change")
    : needless('it is the default');

const connection: Converter = (text) => {
  if (text === 'smart' || text === 'ssh' || text === 'paramiko') return needless('kvmplay speaks SSH itself');
  return text === 'local' ? taken('connection', text) : lost('kvmplay knows ssh, openssh and local only');
};

const becomeMethod: Converter = (text) => {
  const method = text.replace(/^(ansible\.builtin|community\.general)\./, '');
  return ['sudo', 'su', 'doas'].includes(method)
    ? taken('becomeMethod', method)
    : lost('kvmplay knows sudo, su and doas only');
};

const becomeFlags: Converter = (text) =>
  text.split(/\s+/).every((flag) => becomeFlagsOfItself.has(flag))
    ? needless('it is what kvmplay does by itself')
    : lost('say ansible_become_flags in group_vars/all of the inventory');

/** ssh resolves the file of -F in the working folder; kvmplay.config.ts resolves an option's path in the project. */
const sshArgs: Converter = (text, toPath) => {
  const [found, file] = /(?:^|\s)-F\s*([^\s'"$]+)(?=\s|$)/.exec(text) ?? [];
  if (found === undefined || file === undefined) return taken('sshArgs', text);
  const rest = text.replace(found, '').trim();
  return {
    kind: 'taken',
    options: [['sshConfig', toPath(file)], ...(rest === '' ? [] : [['sshArgs', rest] as const])],
  };
};

const hashBehaviour: Converter = (text) =>
  text === 'merge'
    ? lost('of mappings that several groups have, the whole innermost one counts')
    : needless('it is what kvmplay does');

/** Converters by section and key. */
const converters: Readonly<Record<string, Converter>> = {
  'defaults inventory': (text, toPath) =>
    hasVariable(text) ? lost(variableReason) : taken('inventory', split(text).map(toPath)),
  'defaults forks': numberOf('forks', 1),
  'defaults remote_user': textOf('user'),
  'defaults private_key_file': pathOf('privateKey'),
  'defaults host_key_checking': hostKeyChecking,
  'ssh_connection host_key_checking': hostKeyChecking,
  'defaults timeout': numberOf('connectTimeout', 1),
  'ssh_connection timeout': numberOf('connectTimeout', 1),
  'ssh_connection retries': numberOf('connectRetries', 0),
  'connection retries': numberOf('connectRetries', 0),
  'defaults transport': connection,
  'defaults ask_pass': flagOf('askPass'),
  'defaults connection_password_file': pathOf('connectionPasswordFile'),
  'defaults vault_password_file': pathOf('vaultPasswordFile'),
  'defaults vault_identity_list': (text, toPath) =>
    hasVariable(text)
      ? lost(variableReason)
      : taken(
          'vaultId',
          split(text).map((id) => movedId(id, toPath)),
        ),
  'defaults ask_vault_pass': flagOf('askVaultPass'),
  'privilege_escalation become': flagOf('become'),
  'privilege_escalation become_user': textOf('becomeUser'),
  'privilege_escalation become_method': becomeMethod,
  'privilege_escalation become_ask_pass': flagOf('askBecomePass'),
  'defaults become_password_file': pathOf('becomePasswordFile'),
  'privilege_escalation become_flags': becomeFlags,
  'sudo_become_plugin flags': becomeFlags,
  'sudo_become_plugin user': textOf('becomeUser'),
  'ssh_connection ssh_args': sshArgs,
  'ssh_connection ssh_common_args': textOf('sshCommonArgs'),
  'ssh_connection ssh_extra_args': textOf('sshExtraArgs'),
  'diff always': flagOf('diff'),
  'defaults verbosity': numberOf('verbose', 0),
  'tags run': listOf('tags'),
  'tags skip': listOf('skipTags'),
  'defaults hash_behaviour': hashBehaviour,
};

const variableReason = 'it has a variable: write the path yourself, with process.env';

function hasVariable(text: string): boolean {
  return /\$|\{\{/.test(text);
}

function movedId(text: string, toPath: (path: string) => string): string {
  const at = text.indexOf('@');
  const source = text.slice(at + 1);
  return source.startsWith('prompt') ? text : text.slice(0, at + 1) + toPath(source);
}

function split(text: string): readonly string[] {
  return text
    .split(',')
    .map((part) => unquote(part.trim()))
    .filter((part) => part !== '');
}

function unquote(text: string): string {
  return /^(["'])(.+)\1$/s.exec(text)?.[2] ?? text;
}

function taken(name: Name, value: ConfigValue, remark?: string): Fate {
  return { kind: 'taken', options: [[name, value]], remark };
}

function needless(reason: string): Fate {
  return { kind: 'needless', reason };
}

function lost(reason: string): Fate {
  return { kind: 'lost', reason };
}

/** Collects the options of kvmplay.config.ts. Where Ansible has several places for one setting, the last wins. */
export function toOptions(all: readonly TakenOver[]): ReadonlyMap<string, ConfigValue> {
  const options = new Map<string, ConfigValue>();
  const inOrder = all.toSorted((a, b) => rank(a) - rank(b));
  for (const { fate } of inOrder) {
    if (fate.kind !== 'taken') continue;
    for (const [name, value] of fate.options) options.set(name, value);
  }
  return options;
}

function rank({ setting: { section } }: TakenOver): number {
  return section === 'ssh_connection' || section === 'sudo_become_plugin' ? 1 : 0;
}
