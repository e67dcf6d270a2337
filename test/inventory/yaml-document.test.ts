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

  it('reads brackets and quotes whose lines begin at the margin, as Ansible does', () => {
    const text = 'a:\n  b: {\nc: [\n1,\n],\n}\n  d: "one\ntwo"\n  e: 3\n';

    const document = parseYamlDocument(text, 'hosts.yml');

    expect(document.value).toEqual({ a: { b: { c: [1] }, d: 'one two', e: 3 } });
    expect(document.placeOf(['a', 'e'])).toEqual({ file: 'hosts.yml', line: 9 });
  });

  it.each([
    ['a bracket that is not closed', 'a:\n  b: {\n  c: 1,\nd: 1\ne:\n  f: 2\n'],
    ['a quotation that is not closed', 'a:\n  b: "one\nc: 1\nd: 2\n'],
  ])('tells where %s begins to be wrong', (_, text) => {
    expect(() => parseYamlDocument(text, 'hosts.yml')).toThrow(/^hosts.yml:[34]: not valid YAML/);
  });
});
