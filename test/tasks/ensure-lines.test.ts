import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type DesiredLines, ensureLines, PlanError, TaskInputError } from '../../src/index.ts';
import { editLines } from '../../src/tasks/files/edit-lines.ts';
import { textLines } from '../../src/tasks/files/text-lines.ts';
import { fakeHost } from '../../src/testing.ts';

const path = '/etc/ssh/sshd_config';

type Case = [string, string, Omit<DesiredLines, 'path'>, string];

const cases: Case[] = [
  ['adds a line at the end', 'a\n', { lines: ['b'] }, 'a\nb\n'],
  ['ends the last line before it adds another', 'a', { lines: ['b'] }, 'a\nb\n'],
  ['leaves a file alone that has the line, to the byte', 'b\na', { lines: ['a', 'b'] }, 'b\na'],
  ['adds what is missing in its order', 'b\n', { lines: ['a', 'b', 'c'] }, 'b\na\nc\n'],
  [
    'adds after the last line that matches',
    'x1\nx2\ny\n',
    { lines: ['new'], after: /^x/ },
    'x1\nx2\nnew\ny\n',
  ],
  ['adds before the first line that matches', 'x1\nx2\n', { lines: ['new'], before: /^x/ }, 'new\nx1\nx2\n'],
  ['adds at the end where nothing matches', 'a\n', { lines: ['new'], after: /^x/ }, 'a\nnew\n'],
  [
    'replaces the line that matches',
    '#Root yes\na\n',
    { lines: ['Root no'], match: /^#?Root / },
    'Root no\na\n',
  ],
  [
    'says once what matches twice',
    'Root yes\na\nRoot no\n',
    { lines: ['Root no'], match: /^Root / },
    'Root no\na\n',
  ],
  ['knows a line that does not match itself', 'a\nplain\n', { lines: ['plain'], match: /^x/ }, 'a\nplain\n'],
  ['adds a line where none matches', 'a\n', { lines: ['Root no'], match: /^Root / }, 'a\nRoot no\n'],
  ['removes lines', 'a\nb\na\n', { lines: ['a'], state: 'absent' }, 'b\n'],
  ['removes lines that match', 'a1\nb\na2', { match: /^a/, state: 'absent' }, 'b\n'],
  [
    'ends new lines as the file ends its own',
    'a\r\nx\r\nb',
    { lines: ['c'], after: /^x$/ },
    'a\r\nx\r\nc\r\nb\r\n',
  ],
  [
    'keeps the end of a line that becomes another',
    'a\nRoot yes\r\n',
    { lines: ['Root no'], match: /^Root yes$/ },
    'a\nRoot no\r\n',
  ],
  ['finds a line whatever its end', 'a\r\nb\n', { lines: ['a', 'b'] }, 'a\r\nb\n'],
  ['removes a line whatever its end', 'a\r\nb\r\n', { lines: ['a'], state: 'absent' }, 'b\r\n'],
  ['keeps an unusual end where nothing is removed', 'a\n\nb', { lines: ['c'], state: 'absent' }, 'a\n\nb'],
];

describe('ensureLines', () => {
  it.each(cases)('%s', async (_, content, wanted, expected) => {
    const host = fakeHost({ files: { [path]: content } });

    const { changed } = await ensureLines(host, { path, ...wanted });

    expect(host.files.get(path)?.content).toBe(expected);
    expect(changed).toBe(expected !== content);
  });

  it('refuses a file that does not exist, unless it shall make it', async () => {
    const host = fakeHost();

    await expect(ensureLines(host, { path, lines: ['a'] })).rejects.toThrow(
      new PlanError(`${path} does not exist: create should be true to create it`),
    );
    await ensureLines(host, { path, lines: ['a'], state: 'absent' });
    await ensureLines(host, { path, lines: ['a'], create: true });
    expect(host.files.get(path)).toEqual({ content: 'a\n', mode: 0o644 });
  });

  it.each([
    [
      'two lines for one match',
      { lines: ['a', 'b'], match: /a/ },
      'lines has 2 lines, it should have one together with match',
    ],
    ['nothing to add', { match: /a/ }, 'lines is missing, it should name a line'],
    [
      'two places',
      { lines: ['a'], after: /a/, before: /b/ },
      'after and before are both given, one of them should be left out',
    ],
    [
      'a line that is two',
      { lines: ['a\nb'] },
      'lines[0] is "a\\nb", it should be a line of text without its end',
    ],
    [
      'an expression with a memory',
      { lines: ['a'], match: /a/g },
      'match is /a/g, it should be a regular expression without the flags g and y, such as /^PermitRootLogin /',
    ],
  ])('refuses %s', (_, rest, sentence) => {
    expect(() => ensureLines.task.validate({ path, ...rest })).toThrow(
      new TaskInputError(`ensureLines ${path}: ${sentence}`),
    );
  });
});

/** Few letters, so that lines meet, match and repeat. */
const text = fc.string({ unit: fc.constantFrom('a', 'b', '#', ' ', '\r', '\r\n', '\n', '\n') });
const line = fc.string({ unit: fc.constantFrom('a', 'b', '#', ' '), maxLength: 3 });
const pattern = fc.constantFrom(/a/, /^#?a/, /^$/, /b$/i, /./, /^/, undefined);
const edit = fc.record({
  lines: fc.array(line, { minLength: 1, maxLength: 3 }),
  state: fc.constantFrom('present', 'absent'),
  match: pattern,
  after: pattern,
  before: pattern,
});

const withoutEnds = (content: string): readonly string[] =>
  textLines(content).map((one) => one.replace(/\r$/, ''));

describe('editLines', () => {
  it('has nothing left to do on what it made', () => {
    fc.assert(
      fc.property(text, edit, (before, wanted) => {
        const after = editLines(before, wanted);

        expect(editLines(after, wanted)).toBe(after);
      }),
    );
  });

  it('says each wanted line, or none that shall go, and leaves the others in their order', () => {
    fc.assert(
      fc.property(text, edit, (before, wanted) => {
        const { state, match } = wanted;
        const lines = state === 'present' && match !== undefined ? wanted.lines.slice(0, 1) : wanted.lines;
        const isMeant = (one: string): boolean => lines.includes(one) || match?.test(one) === true;

        const after = withoutEnds(editLines(before, { ...wanted, lines }));

        expect(after.filter((one) => !isMeant(one))).toEqual(
          withoutEnds(before).filter((one) => !isMeant(one)),
        );
        if (state === 'absent') expect(after.filter(isMeant)).toEqual([]);
        else if (match !== undefined) expect(after.filter(isMeant)).toEqual(lines);
        else for (const one of lines) expect(after).toContain(one);
      }),
    );
  });

  it('adds a line once that is asked for twice', () => {
    expect(editLines('', { lines: ['a', 'a'], state: 'present' })).toBe('a\n');
  });
});
