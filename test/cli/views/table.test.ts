import { describe, expect, it } from '@jest/globals';
import { formatTable } from '../../../src/cli/views/table.ts';

describe('formatTable', () => {
  it('aligns columns two blanks apart and ends no line with blanks', () => {
    const table = formatTable(
      ['NAME', 'PORTS'],
      [
        ['a', 'x'],
        ['longer name', ''],
      ],
    );

    expect(table).toBe('NAME         PORTS\na            x\nlonger name');
  });

  it('leaves out a column in which every row is empty', () => {
    expect(formatTable(['A', 'B', 'C'], [['1', '', '3'], ['4']])).toBe('A  C\n1  3\n4');
  });
});
