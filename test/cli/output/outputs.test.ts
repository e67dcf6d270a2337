import { describe, expect, it } from '@jest/globals';
import { parseOutputs } from '../../../src/cli/output/outputs.ts';

describe('parseOutputs', () => {
  it.each([
    ['is live, or plain, on standard output when nothing is said', [], 'auto', []],
    ['takes a format for standard output', ['jsonl'], 'jsonl', []],
    ['leaves standard output alone when only files are named', ['junit:a.xml'], 'auto', [['junit', 'a.xml']]],
    [
      'takes files beside standard output',
      ['junit:a.xml', 'github', 'plain:/tmp/a:b.txt'],
      'github',
      [
        ['junit', 'a.xml'],
        ['plain', '/tmp/a:b.txt'],
      ],
    ],
  ])('%s', (_, values, standard, files) => {
    expect(parseOutputs(values)).toEqual({
      standard,
      files: files.map(([format, file]) => ({ format, file })),
    });
  });

  it.each([
    [
      'an unknown format',
      ['xml'],
      '--output is xml, and should be one of auto, plain, jsonl, json, junit, github, or FORMAT:FILE',
    ],
    ['a file without its name', ['junit:'], '--output is junit:, and a file should follow the colon'],
    [
      'auto in a file',
      ['auto:a'],
      '--output is auto:a, and auto is for standard output: name the format of the file',
    ],
    [
      'two on standard output',
      ['plain', 'json'],
      '--output is plain and json, and standard output takes one of them: give the others a file, as in json:FILE',
    ],
    ['a file twice', ['json:a', 'junit:a'], '--output names the file a twice'],
  ])('refuses %s', (_, values, message) => {
    expect(() => parseOutputs(values)).toThrow(expect.objectContaining({ code: 'KVMPLAY_USAGE', message }));
  });
});
