import { commands } from '../commands/index.ts';
import type { CliIo } from '../io.ts';
import { complete } from './complete.ts';
import type { Completion } from './completion.ts';
import { splitLine } from './split-line.ts';

/**
 * Answers the scripts of `kvmplay completion`: `complete bash LINE BREAKS`, or `complete zsh WORD...` and `complete fish
 * WORD...` with the words after `kvmplay` up to the cursor. The first line of the answer is its kind. A tab separates a word
 * from its description. Never fails, since a shell shows no error here.
 */
export async function runComplete([shell, ...rest]: readonly string[], io: CliIo): Promise<void> {
  const specs = commands.map(({ spec }) => spec);
  try {
    if (shell === 'bash') {
      const [line = '', breaks = ''] = rest;
      const { words, kept } = splitLine(line, breaks);
      io.stdout.write(formatCompletion(await complete(words.slice(1), specs, io), kept));
    } else {
      io.stdout.write(formatCompletion(await complete(rest, specs, io), ''));
    }
  } catch {
    io.stdout.write('words\n');
  }
}

function formatCompletion(completion: Completion, kept: string): string {
  if (completion.kind !== 'words') return `${completion.kind}\n${completion.after.slice(kept.length)}\n`;
  const lines = completion.candidates.map(({ word, describe }) =>
    describe === undefined ? word.slice(kept.length) : `${word.slice(kept.length)}\t${describe}`,
  );
  return ['words', ...lines].map((line) => `${line}\n`).join('');
}
