import { access } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { env } from 'node:process';

import type { AnyAuthMethod, ParsedKey } from 'ssh2';

import { AuthenticationError } from '../../errors.ts';
import { agentWith, countSecurityKeys, listAgentKeys } from './agent.ts';
import type { Secret } from './become.ts';
import { decryptKey, isSameKey, readKeyFile, readPublicKey, type KeyFile } from './key-file.ts';

/** Asks a person, who is shown the question; what is typed is not shown. */
export type AskSecret = (question: string) => Promise<string>;

/** The keys and passwords that a login may use. */
export interface LoginSettings {
  readonly user: string;
  /** The login in questions to a person: `admin@bastion`. Default: the user. */
  readonly subject?: string | undefined;
  /** The only key to offer. Absent: those below, or the agent's keys and the default key files. */
  readonly privateKeyFile?: string | undefined;
  /** Keys to offer as far as they exist, before the others of the agent. */
  readonly keyFiles?: readonly string[] | undefined;
  /** No other key of the agent. */
  readonly keyFilesOnly?: boolean | undefined;
  /** Socket of the agent, empty for none; default: the run's. */
  readonly agentSocket?: string | undefined;
  readonly password?: Secret | undefined;
  /** A person may be asked for the password when nothing else is accepted. */
  readonly asksForPassword?: boolean | undefined;
  /** Ways that must not be tried: `publickey`, `password`, `keyboard-interactive`. */
  readonly refusedMethods?: readonly string[] | undefined;
  /** Questions of the host (keyboard-interactive) are put to a person even when no password is known. */
  readonly asksQuestions?: boolean | undefined;
}

type NamedMethod = Extract<AnyAuthMethod, { type: 'publickey' | 'agent' | 'password' }>;

/** One way to authenticate. */
export interface LoginMethod {
  readonly type: 'publickey' | 'agent' | 'password';
  /** In words, for the error when none is accepted. */
  readonly description: string;
  /**
   * For ssh2, when its turn comes.
   *
   * @internal
   */
  readonly make: () => Promise<NamedMethod>;
}

/** The ways to authenticate, in the order to try them. */
export interface LoginOffer {
  readonly methods: readonly LoginMethod[];
  /** Asks a person; absent when there is none. */
  readonly ask?: AskSecret;
  readonly refusedMethods: readonly string[];
  /** Reasons why existing keys cannot be used. */
  readonly notOffered?: readonly string[];
  /** Every question of the host is put to the person, also after it accepted a key. */
  readonly asksQuestions?: boolean;
}

/** The keys of a run: each file is read, and its passphrase asked for, at most once. */
export interface KeyRing {
  offer(settings: LoginSettings): Promise<LoginOffer>;
}

export interface KeyRingOptions {
  readonly askSecret?: AskSecret | undefined;
  /** Socket of the SSH agent; default: SSH_AUTH_SOCK. */
  readonly agentSocket?: string | undefined;
  /** Where `.ssh` is; default: the home directory. */
  readonly home?: string | undefined;
}

const defaultKeyNames = ['id_ed25519', 'id_ecdsa', 'id_rsa'];
const securityKeyNames = ['id_ecdsa_sk', 'id_ed25519_sk'];

export function createKeyRing({
  askSecret,
  agentSocket = env.SSH_AUTH_SOCK,
  home = homedir(),
}: KeyRingOptions = {}): KeyRing {
  const files = new Map<string, Promise<KeyFile>>();
  const unlocked = new Map<string, Promise<ParsedKey>>();
  const counted = new Map<string, Promise<number>>();
  const listed = new Map<string, Promise<readonly ParsedKey[]>>();
  const ask = askSecret === undefined ? undefined : oneAtATime(askSecret);

  const load = (file: string): Promise<KeyFile> => memoize(files, file, () => readKeyFile(file));
  const agentKeys = (socket: string): Promise<readonly ParsedKey[]> =>
    memoize(listed, socket, () => listAgentKeys(socket));
  const unlock = (file: string, text: string): Promise<ParsedKey> =>
    memoize(unlocked, file, async () => {
      if (ask === undefined) {
        throw new AuthenticationError(
          `private key ${file} is encrypted, and nobody is there to give its passphrase`,
        );
      }
      return decryptKey(file, text, await ask(`Passphrase of ${file}: `));
    });

  const namedKey = async (user: string, path: string, socket: string): Promise<LoginMethod> => {
    const found = await load(path.replace(/^~(?=\/)/, home));
    if (found.state === 'plain') return keyMethod(user, found.file, () => Promise.resolve(found.key));
    if (found.state !== 'encrypted') throw new AuthenticationError(found.reason);

    const held = await heldKey(found, await agentKeys(socket));
    if (held !== undefined) return agentMethod(user, socket, [held]);
    // Now, before any host waits: without this key there is nothing to try.
    const key = await unlock(found.file, found.text);
    return keyMethod(user, found.file, () => Promise.resolve(key));
  };

  /** The keys that ssh_config names, each signed for by the agent if that holds it, and with which of the agent's. */
  const configuredKeys = async (
    user: string,
    names: readonly string[],
    socket: string,
  ): Promise<{ methods: readonly LoginMethod[]; held: readonly ParsedKey[] }> => {
    const fromAgent = await agentKeys(socket);
    const methods: LoginMethod[] = [];
    const held: ParsedKey[] = [];
    for (const found of await Promise.all(names.map(load))) {
      const key = await heldKey(found, fromAgent);
      if (key !== undefined) {
        held.push(key);
        methods.push(agentMethod(user, socket, [key]));
      } else if (found.state === 'plain') {
        methods.push(await keyMethod(user, found.file, () => Promise.resolve(found.key)));
      } else if (found.state === 'encrypted' && ask !== undefined) {
        methods.push(await keyMethod(user, found.file, () => unlock(found.file, found.text)));
      }
    }
    return { methods, held };
  };

  const defaultKeys = async (user: string, socket: string): Promise<readonly LoginMethod[]> => {
    const fromAgent = await agentKeys(socket);
    const methods = fromAgent.length === 0 ? [] : [agentMethod(user, socket, fromAgent)];
    for (const found of await Promise.all(defaultKeyNames.map((name) => load(join(home, '.ssh', name))))) {
      if (found.state === 'plain' && !fromAgent.some((key) => isSameKey(key, found.key))) {
        methods.push(await keyMethod(user, found.file, () => Promise.resolve(found.key)));
      }
      // With an agent at hand, the user has unlocked the keys to use there.
      if (found.state === 'encrypted' && fromAgent.length === 0 && ask !== undefined) {
        methods.push(await keyMethod(user, found.file, () => unlock(found.file, found.text)));
      }
    }
    return methods;
  };

  /** Reasons why keys are not offered. */
  const notOffered = async (
    { privateKeyFile, keyFiles, keyFilesOnly = false }: LoginSettings,
    socket: string,
  ): Promise<readonly string[]> => {
    if (privateKeyFile !== undefined) return [];
    const usual = [...defaultKeyNames, ...securityKeyNames].map((name) => join(home, '.ssh', name));
    const found = await Promise.all((keyFiles ?? usual).map(load));
    const count = keyFilesOnly ? 0 : await memoize(counted, socket, () => countSecurityKeys(socket));
    return [
      ...found.flatMap((file) => (file.state === 'hardware' ? [file.reason] : [])),
      ...(count === 0 ? [] : [`the agent holds ${inSecurityKeys(count)} ansible_connection: openssh`]),
    ];
  };

  /** Collects the named keys and then the other keys at hand. */
  const keys = async (
    { user, privateKeyFile, keyFiles, keyFilesOnly = false }: LoginSettings,
    socket: string,
  ): Promise<{ named: readonly LoginMethod[]; others: readonly LoginMethod[] }> => {
    if (privateKeyFile !== undefined) {
      return { named: [await namedKey(user, privateKeyFile, socket)], others: [] };
    }
    if (keyFiles === undefined && !keyFilesOnly)
      return { named: [], others: await defaultKeys(user, socket) };

    const names = keyFiles ?? defaultKeyNames.map((name) => join(home, '.ssh', name));
    const { methods, held } = await configuredKeys(user, names, socket);
    const rest = keyFilesOnly ? [] : (await agentKeys(socket)).filter((key) => !held.includes(key));
    return { named: methods, others: rest.length === 0 ? [] : [agentMethod(user, socket, rest)] };
  };

  return {
    async offer(settings) {
      const { user, password, asksForPassword = false, refusedMethods = [] } = settings;
      const socket = settings.agentSocket ?? agentSocket ?? '';
      const [{ named, others }, left] = refusedMethods.includes('publickey')
        ? [{ named: [], others: [] }, []]
        : await Promise.all([keys(settings, socket), notOffered(settings, socket)]);
      const secret = await password?.();
      const known = secret === undefined ? [] : [passwordMethod(user, () => Promise.resolve(secret))];
      const asked =
        secret === undefined && asksForPassword && ask !== undefined
          ? [passwordMethod(user, () => ask(`Password of ${settings.subject ?? user}: `))]
          : [];
      return {
        // The password comes before unnamed keys: those of a full agent would use up the attempts that sshd allows.
        methods: [...named, ...known, ...others, ...asked],
        refusedMethods,
        ...(ask !== undefined && { ask }),
        ...(left.length > 0 && { notOffered: left }),
        ...(settings.asksQuestions === true && { asksQuestions: true }),
      };
    },
  };
}

function inSecurityKeys(count: number): string {
  return count === 1
    ? '1 key that is in a security key (FIDO), which needs'
    : `${count} keys that are in security keys (FIDO), which need`;
}

async function keyMethod(
  username: string,
  file: string,
  load: () => Promise<ParsedKey>,
): Promise<LoginMethod> {
  const hasCertificate = await access(`${file}-cert.pub`).then(
    () => true,
    () => false,
  );
  const without = hasCertificate ? ' without its certificate, which needs ansible_connection: openssh' : '';
  return {
    type: 'publickey',
    description: `key ${file}${without}`,
    make: async () => ({ type: 'publickey', username, key: await load() }),
  };
}

function agentMethod(username: string, socket: string, keys: readonly ParsedKey[]): LoginMethod {
  const agent = agentWith(socket, keys);
  const count = keys.length === 1 ? '1 key' : `${keys.length} keys`;
  return {
    type: 'agent',
    description: `${count} of the agent`,
    make: () => Promise.resolve({ type: 'agent', username, agent }),
  };
}

function passwordMethod(username: string, secret: Secret): LoginMethod {
  return {
    type: 'password',
    description: 'password',
    make: async () => ({ type: 'password', username, password: await secret() }),
  };
}

/** The key of the agent that belongs to a file, by the public key in it or beside it. */
async function heldKey(found: KeyFile, fromAgent: readonly ParsedKey[]): Promise<ParsedKey | undefined> {
  if (fromAgent.length === 0) return undefined;
  const publicKey = found.state === 'plain' ? found.key : await readPublicKey(found.file);
  return publicKey && fromAgent.find((key) => isSameKey(key, publicKey));
}

/** A person is asked one question at a time. */
function oneAtATime(ask: AskSecret): AskSecret {
  let last: Promise<unknown> = Promise.resolve();
  return (question) => {
    const answer = last.then(() => ask(question));
    last = answer.catch(() => undefined);
    return answer;
  };
}

function memoize<T>(cache: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  const made = cache.get(key) ?? make();
  cache.set(key, made);
  return made;
}
