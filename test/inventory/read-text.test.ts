import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { InventoryError } from '../../src/errors.ts';
import { createInventoryBuilder } from '../../src/inventory/inventory-builder.ts';
import { readTextInventory } from '../../src/inventory/read-text.ts';

function read(text: string): void {
  const builder = createInventoryBuilder();
  readTextInventory(text, 'hosts.yml', builder);
  builder.build();
}

/** Anything but InventoryError is a crash. */
function readOrRefuse(text: string): InventoryError | undefined {
  try {
    read(text);
    return undefined;
  } catch (error) {
    if (error instanceof InventoryError) {
      return error;
    }
    throw error;
  }
}

const word = fc.constantFrom(
  ...[
    'all',
    'kvm',
    'hosts',
    'children',
    'vars',
    'kvm[1:3]',
    'null',
    'yes',
    '<<',
    '&a',
    '*a',
    '!vault',
    '!!str',
    '?',
  ],
);
const fragment = fc.oneof(
  word,
  word.map((name) => `${name}:`),
  fc.constantFrom(
    '\n',
    '\n  ',
    '\n    ',
    '\n      ',
    ' ',
    '- ',
    '{',
    '}',
    '[',
    ']',
    ',',
    ': ',
    '#',
    '|',
    '"',
    "'",
    '---\n',
    '\t',
  ),
  fc.string({ maxLength: 3 }),
);

describe('readTextInventory', () => {
  it('reads any text or throws InventoryError that names the file', () => {
    fc.assert(
      fc.property(fc.array(fragment, { maxLength: 30 }), (fragments) => {
        const error = readOrRefuse(fragments.join(''));

        expect(error?.message ?? 'hosts.yml').toContain('hosts.yml');
      }),
      { numRuns: 3000 },
    );
  });

  it('reads any JSON or throws InventoryError', () => {
    const key = fc.oneof(word, fc.string({ maxLength: 4 }));
    const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 6 },
        fc.constantFrom(null, true, 1, 'x'),
        fc.array(tie('tree'), { maxLength: 2 }),
        fc.dictionary(key, tie('tree'), { maxKeys: 4 }),
      ),
    }));

    fc.assert(
      fc.property(tree, (value) => {
        readOrRefuse(JSON.stringify(value));
      }),
      { numRuns: 1000 },
    );
  });

  it('gives up on nesting without end', () => {
    expect(readOrRefuse('{a: '.repeat(5000))?.message).toContain('hosts.yml:1: not valid YAML');
  });
});
