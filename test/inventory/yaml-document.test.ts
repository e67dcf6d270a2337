import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { dump } from 'js-yaml';
import { parseYamlDocument } from '../../src/inventory/yaml-document.ts';

/** A value whose mappings have keys that look like other types, too. */
const { value: anyValue } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.oneof(fc.integer(), fc.boolean(), fc.constant(null), fc.constantFrom('yes', 'text', '010', 'on')),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'on', 'no', '010', '1', 'null', 'vlan'), tie('value'), {
      maxKeys: 4,
      noNullPrototype: true,
    }),
  ),
}));

describe('parseYamlDocument', () => {
  it('reads the values that follow a list for what they are', () => {
    expect(parseYamlDocument('ports: [eno4]\nvlan: 10\ntags:\n  - a\nup: yes\n', 'hosts.yml').value).toEqual({
      ports: ['eno4'],
      vlan: 10,
      tags: ['a'],
      up: true,
    });
  });

  it.each([
    ['JSON', (value: unknown) => JSON.stringify(value)],
    ['YAML in blocks', (value: unknown) => dump(value, { quoteStyle: 'double', forceQuotes: true })],
  ])('reads %s as it was written, keys as text', (_, write) => {
    fc.assert(
      fc.property(anyValue, (value) => {
        expect(parseYamlDocument(write({ value }), 'hosts.yml').value).toEqual({ value });
      }),
      { numRuns: 300 },
    );
  });
});
