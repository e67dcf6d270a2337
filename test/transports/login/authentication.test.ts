import { describe, expect, it } from '@jest/globals';
import type { AnyAuthMethod } from 'ssh2';

import { authHandlerOf } from '../../../src/transports/login/auth-handler.ts';
import {
  createKeyRing,
  type LoginMethod,
  type LoginOffer,
} from '../../../src/transports/login/authentication.ts';

const key = method('publickey');
const agent = method('agent');
const password = method('password');
const everything = ['publickey', 'password', 'keyboard-interactive'];

function method(type: LoginMethod['type']): LoginMethod {
  // The handler hands over what it is given; nobody logs in here.
  const made = { type, username: 'admin', password: 'secret' } as unknown as AnyAuthMethod;
  return { type, description: type, make: () => Promise.resolve(made as never) };
}

interface Server {
  readonly allowed: readonly string[];
  /** It wants more after the first method. */
  readonly isPartial?: boolean;
}

/** How ssh2 calls it; its typings do not know what comes first and last. */
type Handler = (
  allowed: readonly string[] | null,
  isPartial: boolean | null,
  next: (method: AnyAuthMethod | false) => void,
) => void;

/** What is offered to a server that accepts nothing, or a first step only. */
async function offered(offer: Partial<LoginOffer>, { allowed, isPartial }: Server): Promise<AnyAuthMethod[]> {
  const dialogue = {
    user: 'admin',
    subject: 'admin@kvm1',
    host: 'kvm1 (10.0.0.1:22)',
    onWays: () => undefined,
    onAnswered: () => undefined,
    whileAsked: <T>(answer: Promise<T>): Promise<T> => answer,
    onFailure: (error: unknown): void => void failures.push(error),
  };
  const handler = authHandlerOf(
    { methods: [], refusedMethods: [], ...offer },
    dialogue,
  ) as unknown as Handler;
  const ask = (...args: [readonly string[] | null, boolean | null]): Promise<AnyAuthMethod | false> =>
    new Promise((resolve) => handler(...args, resolve));

  const methods: AnyAuthMethod[] = [];
  for (let next = await ask(null, null); next !== false; next = await ask(allowed, isPartial === true)) {
    methods.push(next);
    if (methods.length === 5) break;
  }
  return methods;
}

let failures: unknown[] = [];

/** What is answered to the questions of a server. */
async function answered(
  offer: Partial<LoginOffer>,
  prompts: readonly { prompt: string; echo: boolean }[],
): Promise<string[]> {
  failures = [];
  const methods = await offered(offer, { allowed: ['keyboard-interactive'], isPartial: true });
  const questions = methods.find((candidate) => candidate.type === 'keyboard-interactive');
  return new Promise((resolve) => questions?.prompt('', 'Hello.', '', [...prompts], resolve));
}

describe('authHandlerOf', () => {
  it.each([
    ['one key', [key], everything, 'publickey'],
    ['agent and keys in their order', [agent, key, key], everything, 'agent publickey publickey'],
    ['no key where keys are not allowed', [agent, key, password], ['password'], 'agent password'],
    ['a password after asking what is allowed', [password], everything, 'none password'],
    ['a password as an answer', [password], ['keyboard-interactive'], 'none keyboard-interactive'],
    ['a password once', [key, password, password], everything, 'publickey password'],
    ['no password where none is allowed', [password, key], ['publickey'], 'none publickey'],
    ['nothing, to hear what is allowed', [], everything, 'none'],
  ])('offers %s', async (_what, methods, allowed, types) => {
    const offers = await offered({ methods }, { allowed });

    expect(offers.map(({ type }) => type).join(' ')).toBe(types);
  });

  it('leaves out what ssh_config refuses', async () => {
    const refusedMethods = ['publickey', 'password'];

    const offers = await offered({ methods: [key, password], refusedMethods }, { allowed: everything });

    expect(offers.map(({ type }) => type)).toEqual(['keyboard-interactive']);
  });

  it('answers a hidden question for a password with it, and asks a person the others', async () => {
    const asked: string[] = [];
    const ask = (question: string): Promise<string> => Promise.resolve(String(asked.push(question)));

    const answers = await answered({ methods: [password], ask }, [
      { prompt: 'Password: ', echo: false },
      { prompt: 'Verification code: ', echo: false },
      { prompt: 'Password of the day: ', echo: true },
      { prompt: 'Password again: ', echo: false },
    ]);

    expect(answers).toEqual(['secret', '1', '2', '3']);
    expect(asked[0]).toBe('admin@kvm1: Hello. Verification code: ');
  });

  it('gives up when there is nobody to ask', async () => {
    const answers = await answered({ methods: [password] }, [{ prompt: 'Verification code: ', echo: false }]);

    expect(answers).toEqual([]);
    expect(failures).toMatchObject([{ message: expect.stringContaining('"Verification code:"') }]);
  });
});

describe('createKeyRing', () => {
  const nobody = { agentSocket: '', home: '/nonexistent' };

  it('has nothing to offer without key, agent and password', async () => {
    const offer = await createKeyRing(nobody).offer({ user: 'admin' });

    expect(offer).toEqual({ methods: [], refusedMethods: [] });
  });

  it('asks for the password of a bastion only when its turn comes', async () => {
    const asked: string[] = [];
    const ring = createKeyRing({
      ...nobody,
      askSecret: (question) => Promise.resolve(String(asked.push(question))),
    });

    const { methods } = await ring.offer({ user: 'admin', subject: 'admin@bastion', asksForPassword: true });

    expect(asked).toEqual([]);
    expect(await methods[0]?.make()).toMatchObject({ type: 'password', password: '1' });
    expect(asked).toEqual(['Password of admin@bastion: ']);
  });
});
