import { PassThrough } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { guardedConsole } from '../../../src/cli/output/guarded-streams.ts';
import { Secrets } from '../../../src/model/secrets.ts';

function printed(text: string, isTTY: boolean, env: Readonly<Record<string, string>> = {}): string {
  const stream = Object.assign(new PassThrough(), { isTTY });
  guardedConsole({ stdout: stream, stderr: stream }, new Secrets(), env).log(text);
  return String(stream.read());
}

describe('guardedConsole', () => {
  it('spells colours out in a pipe, where a host may have printed them', () => {
    expect(printed('\u001b[31mred', false)).toBe('\\u001b[31mred\n');
  });

  it('keeps colours on a terminal and ends them before the text of others', () => {
    expect(printed('\u001b[31mred', true)).toBe('\u001b[31mred\u001b[0m\n');
  });

  it('spells colours out on a terminal with NO_COLOR', () => {
    expect(printed('\u001b[31mred', true, { NO_COLOR: '1' })).toBe('\\u001b[31mred\n');
  });

  it('leaves plain text as it is', () => {
    expect(printed('two\nlines', true)).toBe('two\nlines\n');
  });
});
