import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { InventoryError } from '../../src/errors.ts';
import { expandHosts } from '../../src/inventory/host-range.ts';
import { createInventoryBuilder } from '../../src/inventory/inventory-builder.ts';
import { parseJsonValue } from '../../src/inventory/json-value.ts';
import { readHostList } from '../../src/inventory/host-list.ts';
import { readTextInventory } from '../../src/inventory/read-text.ts';
import { readScriptDocument } from '../../src/inventory/script-document.ts';
import type { InventoryBuilder } from '../../src/inventory/inventory-builder.ts';

/** Longer than any small text may take, and shorter than a reader that runs for ever. */
const mostMilliseconds = 2000;

/** What a reader refuses a source for; undefined for one that it reads. Anything but InventoryError is a crash, and thrown on. */
function refusal(read: (builder: InventoryBuilder) => void): InventoryError | undefined {
  const started = performance.now();
  try {
    const builder = createInventoryBuilder();
    read(builder);
    builder.build();
    return undefined;
  } catch (error) {
    if (error instanceof InventoryError) return error;
    throw error;
  } finally {
    expect(performance.now() - started).toBeLessThan(mostMilliseconds);
  }
}

const names = [
  'all',
  'ungrouped',
  'kvm',
  'kvm1',
  'kvm[1:3]',
  'kvm[03:1]',
  '[::1]:22',
  '__proto__',
  'constructor',
];
const name = fc.oneof(fc.constantFrom(...names), fc.string({ maxLength: 6 }));
const value = fc.oneof(
  fc.constantFrom('1', 'True', 'None', '"a b"', "'x", '[1, 2', '{"a": (1,)}', '{{ x }}', '0x', '1e999', '-'),
  fc.string({ unit: 'binary', maxLength: 8 }),
);
const assignment = fc
  .tuple(fc.oneof(fc.constant('ansible_group_priority'), name), value)
  .map((pair) => pair.join('='));
const iniLine = fc.oneof(
  fc
    .tuple(name, fc.constantFrom('', ':vars', ':children', ':hosts', ':other'))
    .map((pair) => `[${pair.join('')}]`),
  fc.array(fc.oneof(name, assignment), { maxLength: 4 }).map((words) => words.join(' ')),
  assignment,
  fc.string({ unit: 'binary', maxLength: 20 }),
);

const { tree: anyTree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 6 },
    fc.oneof(fc.constantFrom(null, true, 1.5, 'kvm1', ''), name),
    fc.array(tie('tree'), { maxLength: 3 }),
    fc.dictionary(
      fc.oneof(fc.constantFrom('_meta', 'hostvars', 'hosts', 'children', 'vars', '__ansible_vault'), name),
      tie('tree'),
      { maxKeys: 4 },
    ),
  ),
}));

/** Documents that look enough like an answer to be read far. */
const anyAnswer = fc.dictionary(
  name,
  fc.oneof(
    fc.array(name, { maxLength: 3 }),
    fc.record({
      hosts: fc.array(name, { maxLength: 3 }),
      children: fc.array(name, { maxLength: 2 }),
      vars: anyTree,
    }),
    anyTree,
  ),
  { maxKeys: 5 },
);

describe('an INI inventory of any lines', () => {
  it('is read, or refused with the line', () => {
    let read = 0;
    fc.assert(
      fc.property(fc.array(iniLine, { maxLength: 8 }), (lines) => {
        const error = refusal((builder) => readTextInventory(lines.join('\n'), 'hosts.ini', builder));

        if (error === undefined) read++;
        else expect(error.message).toMatch(/^hosts\.ini:[0-9]+: ./);
      }),
      { numRuns: 3000 },
    );
    expect(read).toBeGreaterThan(100);
  });
});

describe('a YAML inventory of any bytes', () => {
  const punctuation = [
    ...Array.from('{}[]:,-?&*!|>\'"%@`# \n\t\r'),
    '\n  ',
    '\n    ',
    '---\n',
    '...\n',
    '<<: ',
    ': ',
    '!vault ',
    '\u0000',
    '\uFEFF',
  ];
  const text = fc
    .array(fc.oneof(fc.constantFrom(...punctuation), name), { maxLength: 30 })
    .map((parts) => parts.join(''));

  it('is read, or refused with the file', () => {
    fc.assert(
      fc.property(fc.oneof(text, fc.string({ unit: 'binary', maxLength: 60 })), (bytes) => {
        const error = refusal((builder) => readTextInventory(bytes, 'hosts.yml', builder));

        expect(error?.message ?? 'hosts.yml').toMatch(/^hosts\.yml/);
      }),
      { numRuns: 3000 },
    );
  });

  it.each([
    ['brackets', '['.repeat(20_000)],
    ['lines at the margin', `a:\n  b: {\n${'c: 1,\n'.repeat(3000)}}\n`],
    [
      'aliases of aliases',
      `a: &a [x]\n${Array.from({ length: 30 }, (_, i) => `b${i}: &b${i} [${`*${i === 0 ? 'a' : `b${i - 1}`}, `.repeat(9)}]`).join('\n')}`,
    ],
    [
      'groups in groups',
      Array.from({ length: 200 }, (_, depth) => `${' '.repeat(depth)}g${depth}: {children:`).join('\n'),
    ],
  ])('is read or refused in time however many %s it has', (_, text) => {
    refusal((builder) => readTextInventory(text, 'hosts.yml', builder));
  });
});

describe('the answer of an executable inventory', () => {
  it('is read, or refused with the file, whatever JSON it is', () => {
    let read = 0;
    fc.assert(
      fc.property(fc.oneof(anyAnswer, anyTree), (answer) => {
        const json = parseJsonValue(JSON.stringify(answer));
        const error = refusal((builder) => readScriptDocument(json, { file: 'fleet.py' }, builder));

        if (error === undefined) read++;
        else expect(error.message).toMatch(/^fleet\.py: ./);
      }),
      { numRuns: 3000 },
    );
    expect(read).toBeGreaterThan(100);
  });
});

describe('a list of hosts', () => {
  it('is read, or refused with what was given', () => {
    fc.assert(
      fc.property(fc.array(name, { minLength: 1, maxLength: 5 }), (hosts) => {
        const list = `${hosts.join(',')},`;

        expect(refusal((builder) => readHostList(list, builder))?.message ?? list).toContain(list);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('a range of hosts of any text', () => {
  const text = fc.oneof(
    fc.string({ unit: fc.constantFrom(...Array.from('kv01359az[]:-.')), maxLength: 16 }),
    fc.string({ unit: 'binary', maxLength: 16 }),
  );

  it('is some names, or refused with a sentence', () => {
    fc.assert(
      fc.property(text, (pattern) => {
        try {
          expect(expandHosts(pattern).names.length).toBeGreaterThan(0);
        } catch (error) {
          if (!(error instanceof RangeError)) throw error;
          expect(error.message).not.toBe('Invalid array length');
        }
      }),
      { numRuns: 3000 },
    );
  });
});
