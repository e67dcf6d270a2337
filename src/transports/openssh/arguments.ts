import { InventoryError } from '../../errors.ts';
import type { SourcePlace } from '../../model/inventory.ts';
import type { Endpoint } from '../ssh2/bastions.ts';
import type { HostKeyChecking } from '../host-keys/host-key.ts';
import type { OpenSshLog } from './log.ts';
import { quoteCommand } from '../shell-quote.ts';
import type { SshTarget } from '../ssh-target.ts';

export interface MasterSettings {
  readonly target: SshTarget;
  /** Where the socket of the connection is to be. */
  readonly controlPath: string;
  /** The ProxyCommand that replaces the host's own way. */
  readonly proxyCommand?: string | undefined;
  /** Files with host keys instead of those of ssh_config. */
  readonly knownHostsFiles?: readonly string[] | undefined;
  /** A file instead of those of ssh_config. */
  readonly sshConfigFile?: string | undefined;
  /** True when somebody answers the questions of ssh. */
  readonly isAttended: boolean;
  /** True when kvmplay chooses the ways to log in. */
  readonly choosesMethods: boolean;
}

/**
 * The arguments for an ssh that opens a connection and does nothing but serve it to others. Of an option that is set twice
 * ssh takes the first value: what makes it a master cannot be undone, and where the inventory is silent come our defaults.
 */
export function masterArguments({
  target,
  controlPath,
  proxyCommand,
  knownHostsFiles,
  sshConfigFile,
  isAttended,
  choosesMethods,
}: MasterSettings): readonly string[] {
  const { destination, port, user, privateKeyFile, hostKeyChecking = 'yes' } = target;
  const own = (words: readonly string[]): readonly string[] =>
    // ssh takes the first of two ways, and refuses -J as the second.
    proxyCommand === undefined ? words : withoutOption('J', words);
  return [
    ...option('ControlMaster', 'yes'),
    ...option('ControlPersist', 'no'),
    // Forwardings of ssh_config are for a person at a prompt, and a second connection with them would collide.
    ...option('ClearAllForwardings', 'yes'),
    ...(proxyCommand === undefined ? [] : option('ProxyCommand', proxyCommand)),
    ...option('BatchMode', isAttended ? 'no' : 'yes'),
    // The last -F counts: the inventory's own.
    ...(sshConfigFile === undefined ? [] : ['-F', sshConfigFile]),
    ...own(target.firstArguments),
    ...(port === undefined ? [] : ['-p', String(port)]),
    ...(user === undefined ? [] : ['-l', user]),
    ...(privateKeyFile === undefined ? [] : ['-i', privateKeyFile, ...option('IdentitiesOnly', 'yes')]),
    ...own(target.lastArguments),
    ...hostKeyOptions(hostKeyChecking, knownHostsFiles),
    ...option('NumberOfPasswordPrompts', '1'),
    ...(choosesMethods ? option('PreferredAuthentications', methodsFor(target, isAttended)) : []),
    ...option('ServerAliveInterval', '10'),
    ...option('ServerAliveCountMax', '3'),
    // The log on stderr tells how far a connect has come, and -v comes after a -q of the inventory.
    ...['-S', controlPath.replaceAll('%', '%%'), '-v', '-N', '-T', '-x', '--', destination],
  ];
}

/** The arguments for an ssh that runs one command over the connection of a master, and over no other. */
export function clientArguments(controlPath: string, command: string): readonly string[] {
  return [...ridingArguments(controlPath), '-T', '--', 'kvmplay', command];
}

/** The ProxyCommand that goes over the connection of a master to wherever its host can go. */
export function forwardingCommand(controlPath: string, executable: string): string {
  const words = [executable, ...ridingArguments(controlPath)];
  return `${quoteCommand(words).replaceAll('%', '%%')} -W [%h]:%p kvmplay`;
}

/** Where a connect that went by `forwardingCommand` was to go, by the log of its ssh. */
export function forwardedTo(log: OpenSshLog): Endpoint | undefined {
  const [, address, port] = log.last(/ -W \[(.+)\]:(\d+) kvmplay$/) ?? [];
  return address === undefined ? undefined : { address, port: Number(port) };
}

/** Arguments that send an ssh over the connection of a master and no other. */
export function ridingArguments(controlPath: string): readonly string[] {
  return [
    // ssh_config has been obeyed by the master.
    ...['-F', '/dev/null', '-S', controlPath.replaceAll('%', '%%')],
    // Without a master ssh would connect anew, by itself.
    ...option('ProxyCommand', 'false'),
    ...option('LogLevel', 'ERROR'),
  ];
}

/** The letters that ssh accepts after a dash: those of flags, and those of options that take a value. */
const flags = '1246AaCfGgKkMNnqsTtVvXxYy';
const valued = 'BbcDEeFIiJLlmOopQRSWw';
/** These make ssh do something else than connect, go to the background, or write its log elsewhere. */
const foreign = 'EfGMOQSsVWy';

/** Throws InventoryError for arguments of the inventory that would make ssh something else than a master. */
export function checkArguments(
  { name, firstArguments, lastArguments }: Pick<SshTarget, 'name' | 'firstArguments' | 'lastArguments'>,
  place: SourcePlace,
): void {
  const refuse = (word: string, reason: string): never => {
    throw new InventoryError(
      `${name}: ${JSON.stringify(word)} stands among the arguments for ssh, ${reason}`,
      place,
    );
  };
  for (const { word, letter, value } of [...readOptions(firstArguments), ...readOptions(lastArguments)]) {
    const isOption = letter !== '' && (flags.includes(letter) || valued.includes(letter));
    if (!isOption) refuse(word, 'and is no option of it');
    if (foreign.includes(letter)) refuse(word, `and -${letter} is not for connections of kvmplay`);
    if (valued.includes(letter) && value === undefined) refuse(word, 'without its value');
  }
}

/** The file of ssh_config that arguments name. */
export function configFileOf(words: readonly string[]): string | undefined {
  return [...readOptions(words)].findLast(({ letter }) => letter === 'F')?.value;
}

interface ArgumentOption {
  /** Where it stands. */
  readonly word: string;
  /** Empty for a word that is no option. */
  readonly letter: string;
  readonly value: string | undefined;
}

/** `-4vo NAME=VALUE`: letters up to the first that takes a value, which is the rest or the next word. */
function* readOptions(words: readonly string[]): Generator<ArgumentOption> {
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? '';
    const letters = /^-([^-].*)$/su.exec(word)?.[1] ?? '';
    if (letters === '') yield { word, letter: '', value: undefined };
    for (let position = 0; position < letters.length; position++) {
      const letter = letters.charAt(position);
      const takesValue = valued.includes(letter);
      const rest = letters.slice(position + 1);
      yield { word, letter, value: takesValue ? rest || words[++index] : undefined };
      if (takesValue) break;
    }
  }
}

function withoutOption(unwanted: string, words: readonly string[]): readonly string[] {
  return [...readOptions(words)]
    .filter(({ letter }) => letter !== unwanted)
    .flatMap(({ letter, value }) => (value === undefined ? [`-${letter}`] : [`-${letter}`, value]));
}

function hostKeyOptions(policy: HostKeyChecking, files: readonly string[] | undefined): readonly string[] {
  const own =
    files === undefined
      ? []
      : [
          ...option('UserKnownHostsFile', files.map(quotePath).join(' ')),
          ...option('GlobalKnownHostsFile', '/dev/null'),
        ];
  // Fifty programs at once shall not rewrite known_hosts because hosts mention further keys.
  return [...option('StrictHostKeyChecking', policy), ...own, ...option('UpdateHostKeys', 'no')];
}

/** A password comes after the key that is named, and before the keys that nobody named: they use up the attempts that sshd allows. */
function methodsFor({ password, privateKeyFile }: SshTarget, isAttended: boolean): string {
  const start = 'gssapi-keyex,gssapi-with-mic,hostbased';
  if (password !== undefined && privateKeyFile === undefined)
    return `${start},password,keyboard-interactive,publickey`;
  const keys = `${start},publickey`;
  if (password !== undefined) return `${keys},password,keyboard-interactive`;
  // A host may want a code besides a key. The code that replies knows whether the key was accepted.
  return isAttended ? `${keys},keyboard-interactive` : keys;
}

function option(name: string, value: string): readonly string[] {
  return ['-o', `${name}=${value}`];
}

function quotePath(path: string): string {
  return `"${path}"`;
}
