import { text } from 'node:stream/consumers';

import { describe, expect, it } from '@jest/globals';

import { takeEndMark } from '../../../src/transports/script/end-mark.ts';

async function taken(chunks: readonly string[]): Promise<{ rest: string; codes: readonly number[] }> {
  const codes: number[] = [];
  const stream = takeEndMark('mark', (code) => codes.push(code));
  const rest = text(stream);
  for (const chunk of chunks) stream.write(chunk);
  stream.end();
  return { rest: await rest, codes };
}

describe('takeEndMark', () => {
  it.each([
    ['in one piece', ['out\nmark 3\n'], 'out\n', [3]],
    ['cut anywhere', ['ou', 'tma', 'rk', ' 25', '5', '\nmore'], 'outmore', [255]],
    ['and lies', ['mark 12345\nmark x\nmark 7\nmore'], 'mark 12345\nmark x\nmore', [7]],
    ['and does not end', ['mark ', '1234567', '89'], 'mark 123456789', []],
    ['never', ['a mar', 'vel, mar'], 'a marvel, mar', []],
  ] as const)('finds a mark that comes %s', async (_how, chunks, rest, codes) => {
    expect(await taken(chunks)).toEqual({ rest, codes });
  });
});
