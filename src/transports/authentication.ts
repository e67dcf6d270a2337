import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { env } from 'node:process';

import ssh2, { type AnyAuthMethod, type AuthHandlerMiddleware, type ParsedKey } from 'ssh2';

import { AuthenticationError } from '../errors.ts';
import { agentWith, listAgentKeys } from './agent.ts';
import type { Secret } from './become.ts';

/** Asks a person, who is shown the question; what is typed is not shown. */
export type AskSecret = (question: string) => Promise<string>;

/** What a login may use. */
export interface LoginSettings {
  readonly user: string;
  /** The only key to offer. Absent: the agent's keys and the default key files. */
  readonly privateKeyFile?: string;
  readonly password?: Secret;
}

/** Ways to prove who we are, in the order to try them. */
export interface LoginPlan {
  /** @internal */
  readonly methods: readonly AnyAuthMethod[];
  /** The same in words, for the error when none is accepted. */
  readonly description: readonly string[];
}

/** The keys of a run: each file is read, and its passphrase asked for, at most once. */
export interface KeyRing {
  plan(settings: LoginSettings): Promise<LoginPlan>;
}

export interface KeyRingOptions {
  readonly askSecret?: AskSecret | undefined;
  /** Socket of the SSH agent; default: SSH_AUTH_SOCK. */
  readonly agentSocket?: string | undefined;
  /** Where `.ssh` is; default: the home directory. */
  readonly home?: string | undefined;
}

const defaultKeyNames = ['id_ed25519', 'id_ecdsa', 'id_rsa'];

type KeyFile =
  | { readonly state: 'plain'; readonly file: string; readonly key: ParsedKey }
  | { readonly state: 'encrypted'; readonly file: string; readonly text: string }
  | { readonly state: 'missing' | 'unusable'; readonly file: string; readonly reason: string };

export function createKeyRing({
  askSecret,
  agentSocket = env.SSH_AUTH_SOCK,
  home = homedir(),
}: KeyRingOptions = {}): KeyRing {
  const files = new Map<string, Promise<KeyFile>>();
  const unlocked = new Map<string, Promise<ParsedKey>>();
  let listed: Promise<readonly ParsedKey[]> | undefined;
  // A person is asked one question at a time.
  let question: Promise<unknown> = Promise.resolve();

  const agentKeys = (): Promise<readonly ParsedKey[]> => (listed ??= listAgentKeys(agentSocket));
  const load = (file: string): Promise<KeyFile> => memoize(files, file, () => readKeyFile(file));
  const unlock = (file: string, text: string): Promise<ParsedKey> =>
    memoize(unlocked, file, () => {
      const key = question.then(() => decrypt(file, text, askSecret));
      question = key.catch(() => undefined);
      return key;
    });

  const configuredKey = async (user: string, path: string): Promise<LoginPlan> => {
    const found = await load(path.replace(/^~(?=\/)/, home));
    if (found.state === 'plain') return keyPlan(user, found.file, found.key);
    if (found.state !== 'encrypted') throw new AuthenticationError(found.reason);

    const held = await agentKeyOf(found.file, await agentKeys());
    if (held !== undefined && agentSocket !== undefined) return agentPlan(user, agentSocket, [held]);
    return keyPlan(user, found.file, await unlock(found.file, found.text));
  };

  const defaultKeys = async (user: string): Promise<readonly LoginPlan[]> => {
    const fromAgent = await agentKeys();
    const found = await Promise.all(defaultKeyNames.map((name) => load(join(home, '.ssh', name))));
    const plans: LoginPlan[] = [];
    if (agentSocket !== undefined && fromAgent.length > 0)
      plans.push(agentPlan(user, agentSocket, fromAgent));
    for (const file of found) {
      if (file.state === 'plain' && !fromAgent.some((key) => isSameKey(key, file.key))) {
        plans.push(keyPlan(user, file.file, file.key));
      }
      // Who runs an agent has unlocked there what shall be used.
      if (file.state === 'encrypted' && fromAgent.length === 0 && askSecret !== undefined) {
        plans.push(keyPlan(user, file.file, await unlock(file.file, file.text)));
      }
    }
    return plans;
  };

  return {
    async plan({ user, privateKeyFile, password }) {
      const plans: LoginPlan[] = [];
      if (privateKeyFile !== undefined) plans.push(await configuredKey(user, privateKeyFile));
      // Before the keys that nobody named: a well-filled agent would use up the attempts that sshd allows.
      if (password !== undefined) plans.push(passwordPlan(user, await password()));
      if (privateKeyFile === undefined) plans.push(...(await defaultKeys(user)));
      return {
        methods: plans.flatMap((plan) => plan.methods),
        description: plans.flatMap((plan) => plan.description),
      };
    },
  };
}

/**
 * Offers one method after the other, of those that the server still allows; the password at most once.
 *
 * @internal
 */
export function authHandlerOf({ methods }: LoginPlan, user: string): AuthHandlerMiddleware {
  const [first] = methods;
  // Which way a server takes a password is known only after a first question.
  const queue: AnyAuthMethod[] = first?.type === 'password' ? [{ type: 'none', username: user }] : [];
  queue.push(...methods);
  let passwordUsed = false;

  // The typings know neither the null of the first call nor the false that ends the attempts.
  return (allowed: readonly string[] | null): AnyAuthMethod | false => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      if (allowed !== null && !allowed.includes(next.type === 'agent' ? 'publickey' : next.type)) continue;
      const isPassword = next.type === 'password' || next.type === 'keyboard-interactive';
      if (isPassword && passwordUsed) continue;
      passwordUsed ||= isPassword;
      return next;
    }
    return false;
  };
}

function keyPlan(username: string, file: string, key: ParsedKey): LoginPlan {
  return { methods: [{ type: 'publickey', username, key }], description: [`key ${file}`] };
}

function agentPlan(username: string, socket: string, keys: readonly ParsedKey[]): LoginPlan {
  const agent = agentWith(socket, keys);
  const count = keys.length === 1 ? '1 key' : `${keys.length} keys`;
  return { methods: [{ type: 'agent', username, agent }], description: [`${count} of the agent`] };
}

function passwordPlan(username: string, password: string): LoginPlan {
  return {
    methods: [
      { type: 'password', username, password },
      {
        type: 'keyboard-interactive',
        username,
        prompt: (_name, _instructions, _language, prompts, finish) =>
          finish(prompts.map((prompt) => (prompt.echo === true ? '' : password))),
      },
    ],
    description: ['password'],
  };
}

async function readKeyFile(file: string): Promise<KeyFile> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const missing = typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT';
    const reason = missing ? `private key ${file} does not exist` : `private key ${file} cannot be read`;
    return { state: 'missing', file, reason };
  }
  if (/-----BEGIN (ENCRYPTED )?PRIVATE KEY-----/.test(text)) {
    return {
      state: 'unusable',
      file,
      reason: `private key ${file} is in PKCS#8 format, which is not understood: OpenSSH's own format is; "ssh-keygen -p -f ${file}" converts it`,
    };
  }
  const key = ssh2.utils.parseKey(text);
  if (isParsed(key)) {
    return key.isPrivateKey()
      ? { state: 'plain', file, key }
      : { state: 'unusable', file, reason: `${file} is a public key: the private one is needed` };
  }
  if (/^Encrypted/.test(key.message)) return { state: 'encrypted', file, text };
  return { state: 'unusable', file, reason: `private key ${file} is not understood: ${key.message}` };
}

async function decrypt(file: string, text: string, askSecret: AskSecret | undefined): Promise<ParsedKey> {
  if (askSecret === undefined) {
    throw new AuthenticationError(
      `private key ${file} is encrypted, and nobody is there to give its passphrase`,
    );
  }
  const key = ssh2.utils.parseKey(text, await askSecret(`Passphrase of ${file}: `));
  if (!isParsed(key)) throw new AuthenticationError(`the passphrase of ${file} is wrong`);
  return key;
}

/** The key of the agent that belongs to an encrypted file, by the public key beside it. */
async function agentKeyOf(file: string, keys: readonly ParsedKey[]): Promise<ParsedKey | undefined> {
  if (keys.length === 0) return undefined;
  const text = await readFile(`${file}.pub`, 'utf8').catch(() => '');
  const key = ssh2.utils.parseKey(text);
  return isParsed(key) ? keys.find((held) => isSameKey(held, key)) : undefined;
}

function isSameKey(a: ParsedKey, b: ParsedKey): boolean {
  return a.getPublicSSH().equals(b.getPublicSSH());
}

/** `parseKey` returns its error, which may come from another realm. */
function isParsed(key: ParsedKey | Error): key is ParsedKey {
  return 'getPublicSSH' in key;
}

function memoize<T>(cache: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  const made = cache.get(key) ?? make();
  cache.set(key, made);
  return made;
}
