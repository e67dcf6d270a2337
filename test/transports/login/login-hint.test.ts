import { describe, expect, it } from '@jest/globals';

import { loginHint, type LoginWays } from '../../../src/transports/login/login-hint.ts';

const forKerberos = 'for which there is a way';
const usual = ['publickey', 'gssapi-keyex', 'gssapi-with-mic', 'password', 'keyboard-interactive'];

describe('loginHint', () => {
  it.each<[string, Partial<LoginWays>, readonly string[], string | undefined]>([
    ['says nothing of a key that was refused', { accepted: usual }, ['publickey'], undefined],
    ['says nothing where a key is missing', { accepted: ['publickey', 'password'] }, [], undefined],
    [
      'speaks of Kerberos where nothing was tried',
      { accepted: usual },
      [],
      'it takes a Kerberos ticket (gssapi-with-mic), for which there is a way',
    ],
    [
      'speaks of Kerberos where a key does not count',
      { accepted: ['gssapi-with-mic'] },
      ['publickey'],
      'it takes a Kerberos ticket (gssapi-with-mic), for which there is a way',
    ],
    [
      'speaks of Kerberos where a key is not enough',
      { accepted: ['gssapi-with-mic'], isPartial: true },
      ['publickey'],
      'it accepts that, and wants a Kerberos ticket (gssapi-with-mic), for which there is a way',
    ],
    [
      'says nothing of a ticket that was refused',
      { accepted: ['gssapi-with-mic'] },
      ['gssapi-with-mic'],
      undefined,
    ],
    [
      'speaks of a password where keys do not count',
      { accepted: ['password'] },
      ['publickey'],
      'it takes a password (password): ansible_password, or -k',
    ],
    [
      'speaks of a person where a key is not enough',
      { accepted: ['keyboard-interactive'], isPartial: true },
      ['publickey'],
      'it accepts that, and asks for more (keyboard-interactive), which takes a person at a terminal',
    ],
    [
      'says nothing of answers that were wrong',
      { accepted: ['keyboard-interactive'], isPartial: true },
      ['publickey', 'keyboard-interactive'],
      undefined,
    ],
  ])('%s', (_what, ways, tried, hint) => {
    expect(loginHint({ accepted: [], isPartial: false, ...ways }, { tried, forKerberos })).toBe(hint);
  });
});
