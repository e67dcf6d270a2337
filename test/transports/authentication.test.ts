import { describe, expect, it } from '@jest/globals';
import type { AnyAuthMethod } from 'ssh2';

import { authHandlerOf, createKeyRing } from '../../src/transports/authentication.ts';

const key = { type: 'publickey', username: 'admin', key: 'key' } as const;
const agent = { type: 'agent', username: 'admin', agent: 'socket' } as const;
const password = { type: 'password', username: 'admin', password: 'secret' } as const;
const questions = { type: 'keyboard-interactive', username: 'admin', prompt: () => undefined } as const;
const everything = ['publickey', 'password', 'keyboard-interactive'];

/** What is offered to a server that accepts nothing, and allows these methods. */
function offered(methods: readonly AnyAuthMethod[], allowed: readonly string[]): string[] {
  const handler = authHandlerOf({ methods, description: [] }, 'admin') as unknown as (
    allowed: readonly string[] | null,
  ) => AnyAuthMethod | false;
  const types: string[] = [];
  for (let next = handler(null); next !== false; next = handler(allowed)) types.push(next.type);
  return types;
}

describe('authHandlerOf', () => {
  it.each([
    ['one key', [key], everything, 'publickey'],
    ['agent and keys in their order', [agent, key, key], everything, 'agent publickey publickey'],
    ['no key where keys are not allowed', [agent, key, password, questions], ['password'], 'agent password'],
    ['a password after asking what is allowed', [password, questions], everything, 'none password'],
    ['a password as an answer', [password, questions], ['keyboard-interactive'], 'none keyboard-interactive'],
    ['a password once', [key, password, questions], everything, 'publickey password'],
    ['no password where none is allowed', [password, questions, key], ['publickey'], 'none publickey'],
    ['nothing', [], everything, ''],
  ])('offers %s', (_what, methods, allowed, types) => {
    expect(offered(methods, allowed).join(' ')).toBe(types);
  });
});

describe('createKeyRing', () => {
  const nobody = { agentSocket: '', home: '/nonexistent' };

  it('has nothing to offer without key, agent and password', async () => {
    const plan = await createKeyRing(nobody).plan({ user: 'admin' });

    expect(plan).toEqual({ methods: [], description: [] });
  });

  it('answers hidden questions of a server with the password, and others with nothing', async () => {
    const plan = await createKeyRing(nobody).plan({
      user: 'admin',
      password: () => Promise.resolve('secret'),
    });

    const questions = plan.methods.find((method) => method.type === 'keyboard-interactive');
    const answers: string[] = [];
    questions?.prompt(
      '',
      '',
      '',
      [
        { prompt: 'Name: ', echo: true },
        { prompt: 'Password: ', echo: false },
      ],
      (given) => answers.push(...given),
    );

    expect(answers).toEqual(['', 'secret']);
    expect(plan.description).toEqual(['password']);
  });
});
