import { describe, expect, it } from '@jest/globals';

import { HostKeyError } from '../../src/errors.ts';
import { connectError, isWorthRetrying, type FailedConnect } from '../../src/transports/connect-errors.ts';

const failed: FailedConnect = {
  host: {
    subject: 'kvm1 (10.0.0.1:22)',
    endpoint: '10.0.0.1:22',
    address: '10.0.0.1',
    port: 22,
    onRecord: { name: '10.0.0.1', port: 22 },
  },
  user: 'admin',
  offered: ['key id_ed25519'],
  knownTypes: [],
  step: 'tcp',
};

function raw(message: string, properties: Record<string, unknown> = {}): Error {
  return Object.assign(new Error(message), properties);
}

/** What node-ssh makes of any close before the login is done. */
const closed = raw('No response from server', { code: 'ETIMEDOUT' });

describe('connectError', () => {
  it.each([
    [
      'a name that does not resolve',
      raw('', { code: 'ENOTFOUND', syscall: 'getaddrinfo' }),
      failed,
      'Unreachable',
      '10.0.0.1, the address of kvm1 (10.0.0.1:22), does not resolve',
    ],
    [
      'no route',
      raw('', { code: 'EHOSTUNREACH', syscall: 'connect' }),
      failed,
      'Unreachable',
      'no route leads to kvm1 (10.0.0.1:22)',
    ],
    [
      'no answer to TCP',
      raw('', { code: 'ETIMEDOUT', syscall: 'connect' }),
      failed,
      'Unreachable',
      'kvm1 (10.0.0.1:22) does not answer (ETIMEDOUT)',
    ],
    [
      'a close before the greeting',
      closed,
      { ...failed, step: 'greeting' },
      'Unreachable',
      'kvm1 (10.0.0.1:22) hangs up before it greets: too many logins at once, or it does not want this address',
    ],
    [
      'a reset during the handshake',
      raw('', { code: 'ECONNRESET', syscall: 'read' }),
      { ...failed, step: 'handshake' },
      'Unreachable',
      'kvm1 (10.0.0.1:22) hangs up during the key exchange',
    ],
    [
      'a close during the login',
      closed,
      { ...failed, step: 'login' },
      'Unreachable',
      'kvm1 (10.0.0.1:22) hangs up during the login',
    ],
    [
      'a reason of the server',
      raw('Too many users', { code: 12 }),
      failed,
      'Unreachable',
      'kvm1 (10.0.0.1:22) ends the connection: Too many users',
    ],
    [
      'nothing to log in with',
      raw('', { level: 'client-authentication' }),
      { ...failed, offered: [] },
      'Authentication',
      'kvm1 (10.0.0.1:22) does not let admin in: there is no key, agent or password to offer',
    ],
    [
      'too many keys',
      raw('Too many authentication failures', { code: 2 }),
      failed,
      'Authentication',
      'kvm1 (10.0.0.1:22) does not let admin in: it allows fewer attempts than there are ways to try (key id_ed25519); name the one key to use',
    ],
    [
      'an agent that does not sign',
      raw('', { level: 'agent' }),
      failed,
      'Authentication',
      'the SSH agent does not sign for admin on kvm1 (10.0.0.1:22)',
    ],
    [
      'a cipher nobody shares',
      raw('Handshake failed: no matching C->S cipher'),
      failed,
      'Unreachable',
      'kvm1 (10.0.0.1:22) and kvmplay have no C->S cipher in common; ansible_connection: openssh may have',
    ],
    [
      'something unheard of',
      raw('Bad packet length'),
      failed,
      'Unreachable',
      'kvm1 (10.0.0.1:22) does not speak SSH as expected: Bad packet length',
    ],
  ] as const)('tells %s', (_what, cause, where, kind, message) => {
    expect(connectError(cause, where)).toMatchObject({ name: `${kind}Error`, message, cause });
  });

  it('passes on an error that says it already', () => {
    const error = new HostKeyError('changed');

    expect(connectError(error, failed)).toBe(error);
  });
});

describe('isWorthRetrying', () => {
  it.each([
    ['a close before the greeting', closed, 'greeting', 9, true],
    ['a reset during the handshake', raw('', { code: 'ECONNRESET', syscall: 'read' }), 'handshake', 9, true],
    ['the first refusal', raw('', { code: 'ECONNREFUSED', syscall: 'connect' }), 'tcp', 0, true],
    ['the third refusal', raw('', { code: 'ECONNREFUSED', syscall: 'connect' }), 'tcp', 2, false],
    ['a close during the login', closed, 'login', 0, false],
    ['a refused login', raw('', { level: 'client-authentication' }), 'login', 0, false],
    ['a host key', new HostKeyError('changed'), 'handshake', 0, false],
    ['a TCP time-out', raw('', { code: 'ETIMEDOUT', syscall: 'connect' }), 'tcp', 0, false],
  ] as const)('judges %s', (_what, cause, step, failure, expected) => {
    expect(isWorthRetrying(cause, step, failure)).toBe(expected);
  });
});
