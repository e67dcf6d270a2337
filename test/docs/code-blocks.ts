import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

const root = join(import.meta.dirname, '..', '..');

/** A fenced block of a page. */
export interface CodeBlock {
  /** Below the root of the project: `docs/lab.md`. */
  readonly page: string;
  readonly line: number;
  /** `ts`; empty for a block without a language. */
  readonly language: string;
  /** The words after the language: the name of a file, or `no-run`. */
  readonly info: string;
  readonly code: string;
}

/** The pages that people read, below the root of the project. */
export function listPages(): readonly string[] {
  const docs = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .sort()
    .map((name) => join('docs', name));
  return ['README.md', 'CONTRIBUTING.md', ...docs];
}

/** The fenced blocks of every page, in order. */
export function listCodeBlocks(): readonly CodeBlock[] {
  return listPages().flatMap(blocksOf);
}

function blocksOf(page: string): readonly CodeBlock[] {
  const text = readFileSync(join(root, page), 'utf8');
  return [...text.matchAll(/^```([a-z]*) ?(.*)\n([^]*?)^```$/gm)].map((match) => {
    const [, language = '', info = '', code = ''] = match;
    return {
      page: relative('.', page),
      line: text.slice(0, match.index).split('\n').length,
      language,
      info,
      code,
    };
  });
}
