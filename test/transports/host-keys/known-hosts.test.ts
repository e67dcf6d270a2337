import { createHmac } from 'node:crypto';

import { describe, expect, it } from '@jest/globals';

import {
  fingerprint,
  keyTypeOf,
  knownHostsName,
  parseKnownHosts,
} from '../../../src/transports/host-keys/known-hosts.ts';

/** A key of this type that no other seed has. */
function key(type: string, seed: number): Buffer {
  const body = Buffer.alloc(32, seed);
  const length = (n: number): Buffer => Buffer.from([0, 0, 0, n]);
  return Buffer.concat([length(type.length), Buffer.from(type), length(body.length), body]);
}

const ed25519 = key('ssh-ed25519', 1);
const other = key('ssh-ed25519', 2);
const rsa = key('ssh-rsa', 3);

function line(hosts: string, blob = ed25519): string {
  return `${hosts} ${keyTypeOf(blob)} ${blob.toString('base64')}`;
}

function parse(...lines: string[]): ReturnType<typeof parseKnownHosts> {
  return parseKnownHosts([{ path: 'known_hosts', text: lines.join('\n') }]);
}

function hashed(name: string): string {
  const salt = Buffer.alloc(20, 7);
  return `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`;
}

describe('parseKnownHosts', () => {
  it.each([
    ['a plain name', 'kvm1', 'kvm1', 22],
    ['a name in other case', 'KVM1', 'kvm1', 22],
    ['a host in other case', 'kvm1', 'KVM1', 22],
    ['one name of several', 'kvm0,kvm1,10.0.0.1', 'kvm1', 22],
    ['a name with a port', '[kvm1]:2222', 'kvm1', 2222],
    ['an IPv6 address with a port', '[fe80::1]:2222', 'fe80::1', 2222],
    ['an IPv6 address', 'fe80::1', 'fe80::1', 22],
    ['a star', 'kvm*.example.com', 'kvm1.example.com', 22],
    ['a question mark', 'kvm?', 'kvm1', 22],
    ['a pattern with a port', '[*.example.com]:2222', 'kvm1.example.com', 2222],
    ['a pattern that only another name is taken from', '*,!kvm2', 'kvm1', 22],
    ['a hashed name', hashed('kvm1'), 'kvm1', 22],
    ['a hashed name with a port', hashed('[kvm1]:2222'), 'kvm1', 2222],
    ['a name without port for a host at another port', 'kvm1', 'kvm1', 2222],
  ])('finds a host by %s', (_what, hosts, host, port) => {
    expect(parse(line(hosts)).verify(host, port, ed25519)).toEqual({ verdict: 'known' });
  });

  it.each([
    ['another name', 'kvm2', 'kvm1', 22],
    ['a longer name', 'kvm11', 'kvm1', 22],
    ['a name with another port', '[kvm1]:2223', 'kvm1', 2222],
    ['a name with a port for a host at port 22', '[kvm1]:2222', 'kvm1', 22],
    ['a pattern whose dot is no wildcard', 'kvm?example', 'kvm1.example', 22],
    ['a dot, which is no wildcard', 'k*m.1', 'kvm11', 22],
    ['a pattern that the name is taken from', '*,!kvm1', 'kvm1', 22],
    ['a pattern that the name is taken from first', '!kvm1,*', 'kvm1', 22],
    ['another hashed name', hashed('kvm2'), 'kvm1', 22],
    ['a hash of a kind that does not exist yet', hashed('kvm1').replace('|1|', '|2|'), 'kvm1', 22],
  ])('does not find a host by %s', (_what, hosts, host, port) => {
    expect(parse(line(hosts)).verify(host, port, ed25519)).toEqual({ verdict: 'unknown' });
  });

  it.each([
    ['an empty line', ''],
    ['a comment', `# ${line('kvm1')}`],
    ['a line without a key', 'kvm1 ssh-ed25519'],
    ['a key of another type than it says', line('kvm1').replace('ssh-ed25519', 'ssh-rsa')],
    ['a key that is no base64', 'kvm1 ssh-ed25519 ????'],
    ['a marker that does not exist yet', `@trusted ${line('kvm1')}`],
  ])('skips %s', (_what, text) => {
    expect(parse(text).verify('kvm1', 22, ed25519)).toEqual({ verdict: 'unknown' });
  });

  it('reads lines that Windows ended and blanks in front', () => {
    const known = parseKnownHosts([{ path: 'known_hosts', text: `\t ${line('kvm1')} comment\r\n` }]);

    expect(known.verify('kvm1', 22, ed25519)).toEqual({ verdict: 'known' });
  });

  it('names file and line of the key that differs', () => {
    const known = parseKnownHosts([
      { path: 'first', text: '' },
      { path: 'second', text: `# comment\n${line('kvm1', rsa)}\n${line('kvm1', other)}\n` },
    ]);

    expect(known.verify('kvm1', 22, ed25519)).toMatchObject({
      verdict: 'changed',
      entry: { file: 'second', line: 3, type: 'ssh-ed25519', blob: other },
    });
  });

  it('takes a key of a type that is not on record for a change', () => {
    expect(parse(line('kvm1', rsa)).verify('kvm1', 22, ed25519)).toMatchObject({ verdict: 'changed' });
  });

  it('knows a host by any of its keys', () => {
    const known = parse(line('kvm1', other), line('kvm1'));

    expect(known.verify('kvm1', 22, ed25519)).toEqual({ verdict: 'known' });
  });

  it('does not accuse a host at another port by the key of port 22', () => {
    expect(parse(line('kvm1', other)).verify('kvm1', 2222, ed25519)).toEqual({ verdict: 'unknown' });
  });

  it('does not let the key of port 22 vouch against the key of the port', () => {
    const known = parse(line('kvm1'), line('[kvm1]:2222', other));

    expect(known.verify('kvm1', 2222, ed25519)).toMatchObject({ verdict: 'changed', entry: { line: 2 } });
  });

  it('heeds a revocation even after a line that knows the key', () => {
    const known = parse(line('kvm1'), `@revoked ${line('*')}`);

    expect(known.verify('kvm1', 22, ed25519)).toMatchObject({ verdict: 'revoked', entry: { line: 2 } });
    expect(known.verify('kvm1', 22, other)).toMatchObject({ verdict: 'changed', entry: { line: 1 } });
  });

  it('takes the key of a certificate authority for no host key', () => {
    const known = parse(`@cert-authority ${line('*.example.com')}`);

    expect(known.verify('kvm1.example.com', 22, ed25519)).toMatchObject({
      verdict: 'unknown',
      authority: { line: 1 },
    });
    expect(known.keyTypes('kvm1.example.com', 22)).toEqual([]);
  });

  it('lists the types of the keys on record, without those that are revoked', () => {
    const known = parse(line('kvm1', rsa), line('kvm*', rsa), `@revoked ${line('kvm1')}`, line('kvm2'));

    expect(known.keyTypes('kvm1', 22)).toEqual(['ssh-rsa']);
    expect(known.keyTypes('kvm1', 2222)).toEqual([]);
  });
});

describe('fingerprint', () => {
  it('is the one that ssh-keygen -l prints', () => {
    const blob = 'AAAAC3NzaC1lZDI1NTE5AAAAIAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB';

    expect(fingerprint(Buffer.from(blob, 'base64'))).toBe(
      'SHA256:RXm/ruZ0eTzRXKwi1AQEDynB0VgHQ2ac9KPSFdf/YnA',
    );
  });
});

describe('knownHostsName', () => {
  it('carries a port other than 22 behind brackets', () => {
    expect(knownHostsName('KVM1', 22)).toBe('kvm1');
    expect(knownHostsName('KVM1', 2222)).toBe('[kvm1]:2222');
  });
});
