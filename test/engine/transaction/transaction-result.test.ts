import { describe, expect, it } from '@jest/globals';
import { parseTransactionResult } from '../../../src/engine/transaction/transaction-result.ts';

describe('parseTransactionResult', () => {
  it('reads outcome, numbers and what was printed', () => {
    const output = 'outcome failed-step 2 1 255\nundo-errors 3\n| RTNETLINK answers: Busy\n|  second line\n';

    expect(parseTransactionResult(output)).toEqual({
      outcome: 'failed-step',
      words: ['2', '1', '255'],
      undoErrors: 3,
      lines: ['RTNETLINK answers: Busy', ' second line'],
      failedProbes: [],
      gone: [],
      come: [],
    });
  });

  it('reads probes that do not pass, with the last value seen', () => {
    const { failedProbes } = parseTransactionResult(
      'outcome applied\nprobe 1 partner 00:00:00:00:00:00\nprobe 12 \n',
    );

    expect(failedProbes).toEqual([
      { number: 1, seen: 'partner 00:00:00:00:00:00' },
      { number: 12, seen: '' },
    ]);
  });

  it.each(['', 'outcome victory\n', 'bash: sh: not found\n'])('takes %j for unknown', (output) => {
    expect(parseTransactionResult(output).outcome).toBe('unknown');
  });
});
