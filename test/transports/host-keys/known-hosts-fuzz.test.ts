import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';

import { matchesGlob } from '../../../src/transports/glob.ts';
import { keyTypeOf, parseKnownHosts } from '../../../src/transports/host-keys/known-hosts.ts';

const blob = Buffer.from('0000000b7373682d65643235353139000000200102', 'hex');
const goodLine = `kvm1 ssh-ed25519 ${blob.toString('base64')}`;

/** Pieces of which real lines consist, in any order, and what nobody would write. */
const piece = fc.oneof(
  fc.constantFrom(
    '|1|',
    '|',
    '@revoked ',
    '@cert-authority',
    '!',
    '*',
    '?',
    ',',
    '[',
    ']:',
    '#',
    ' ',
    '\t',
    '\r',
  ),
  fc.constantFrom('kvm1', 'KVM1', '22', 'ssh-ed25519', 'ssh-rsa', blob.toString('base64'), 'AAAA', '='),
  fc.string({ unit: 'binary', maxLength: 8 }),
);
const lineArbitrary = fc
  .array(piece, { maxLength: 12 })
  .map((pieces) => pieces.join('').replaceAll('\n', ''));

describe('parseKnownHosts', () => {
  it('takes any text, and says something about any key', () => {
    fc.assert(
      fc.property(
        fc.array(lineArbitrary, { maxLength: 20 }),
        fc.oneof(fc.constantFrom('kvm1', '', '[::1]', '*'), fc.string()),
        fc.integer({ min: 0, max: 65_535 }),
        fc.oneof(
          fc.constant(blob),
          fc.uint8Array().map((bytes) => Buffer.from(bytes)),
        ),
        (lines, host, port, shown) => {
          const known = parseKnownHosts([{ path: 'known_hosts', text: lines.join('\n') }]);

          expect(['known', 'revoked', 'changed', 'unknown']).toContain(
            known.verify(host, port, shown).verdict,
          );
          expect(known.keyTypes(host, port)).not.toContain('');
          expect(typeof keyTypeOf(shown)).toBe('string');
        },
      ),
    );
  });

  it('finds a key among any other lines, unless one of them revokes it', () => {
    fc.assert(
      fc.property(fc.array(lineArbitrary), fc.array(lineArbitrary), (before, after) => {
        const text = [...before, goodLine, ...after].join('\n');

        const { verdict } = parseKnownHosts([{ path: 'known_hosts', text }]).verify('kvm1', 22, blob);

        expect(['known', 'revoked']).toContain(verdict);
      }),
    );
  });
});

describe('matchesGlob', () => {
  it('says what the same pattern as a regular expression says', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', '.'), maxLength: 12 });
    const patterns = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*', '?'), maxLength: 8 });
    fc.assert(
      fc.property(patterns, letters, (pattern, text) => {
        const same = pattern.replaceAll('.', '\\.').replaceAll('*', '.*').replaceAll('?', '.');

        expect(matchesGlob(pattern, text)).toBe(new RegExp(`^${same}$`).test(text));
      }),
    );
  });

  it('comes to an end on a pattern of stars', () => {
    const start = performance.now();

    expect(matchesGlob('*a'.repeat(500), `${'a'.repeat(5000)}b`)).toBe(false);

    expect(performance.now() - start).toBeLessThan(2000);
  });
});
