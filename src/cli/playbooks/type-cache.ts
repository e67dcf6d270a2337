import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, type Stats, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder, isPrivate, makePrivate } from '../cache-folder.ts';
import type { CompilerInputs } from './compiler-inputs.ts';
import { changedAt, contentPrint, statPrint } from './file-print.ts';
import type { CliIo } from '../io.ts';
import { codeFolder } from '../package-paths.ts';
import { replaceFile } from '../replace-file.ts';

const MOST_ENTRIES = 200;
const MOST_AGE = 30 * 24 * 60 * 60 * 1000;
/** In milliseconds. File systems round times, and file servers have their own clock. */
const CLOCK_SLACK = 1000;

export interface TypeQuestion {
  readonly playbooks: readonly string[];
  /** Everything that decides the result besides the compiler's inputs: its version and options. */
  readonly circumstances: unknown;
}

export interface TypeCache {
  /** True when these playbooks were fine and no input of the compiler has changed since. */
  readonly isFine: (question: TypeQuestion) => boolean;
  /** `startedAt`: start of the compiler, in milliseconds since 1970. */
  readonly addFine: (question: TypeQuestion, inputs: CompilerInputs, startedAt: number) => void;
}

interface Entry {
  readonly circumstances: string;
  readonly prints: Readonly<Record<string, string>>;
  readonly noFiles: readonly string[];
  readonly noFolders: readonly string[];
}

/**
 * Remembers playbooks with correct types in `$XDG_CACHE_HOME/kvmplay/types`, one entry per set of playbooks. A cache that is
 * broken, or whose folder cannot be trusted or written, is empty. It never fails.
 */
export function openTypeCache(env: CliIo['env']): TypeCache {
  const folder = cacheFolder('types', env);
  return {
    isFine(question) {
      try {
        const file = entryFile(folder, question);
        if (!isPrivate(folder) || !isStillTrue(readEntry(file), question)) return false;
        // Reading an entry renews it, so that it is not deleted as old.
        utimesSync(file, new Date(), new Date());
        return true;
      } catch {
        return false;
      }
    },
    addFine(question, inputs, startedAt) {
      try {
        const entry = makeEntry(question, inputs, startedAt);
        if (entry === undefined || !makePrivate(folder)) return;
        removeOldEntries(folder);
        // Atomic, because another kvmplay may be reading it.
        replaceFile(entryFile(folder, question), JSON.stringify(entry));
      } catch {
        // Without the entry the next run checks again.
      }
    },
  };
}

function entryFile(folder: string, { playbooks }: TypeQuestion): string {
  return join(folder, `${hashOf(playbooks)}.json`);
}

function hashOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}

/** Throws when the file is not an entry. */
function readEntry(file: string): Entry {
  return JSON.parse(readFileSync(file, 'utf8')) as Entry;
}

function isStillTrue({ circumstances, prints, ...missed }: Entry, question: TypeQuestion): boolean {
  return (
    circumstances === hashOf(question.circumstances) &&
    question.playbooks.every((playbook) => playbook in prints) &&
    areStillMissed(missed) &&
    Object.entries(prints).every(([path, print]) => printOf(path) === print)
  );
}

function areStillMissed({ noFiles, noFolders }: Pick<Entry, 'noFiles' | 'noFolders'>): boolean {
  const statsOf = (path: string): Stats | undefined => statSync(path, { throwIfNoEntry: false });
  return (
    noFiles.every((path) => statsOf(path)?.isFile() !== true) &&
    noFolders.every((path) => statsOf(path)?.isDirectory() !== true)
  );
}

/** Undefined when inputs may have changed while the compiler ran. */
function makeEntry(
  { circumstances }: TypeQuestion,
  { read, ...missed }: CompilerInputs,
  startedAt: number,
): Entry | undefined {
  if (!areStillMissed(missed)) return undefined;
  const prints: Record<string, string> = {};
  for (const path of read) {
    const print = printOf(path);
    if (print === undefined || changedAt(path) > startedAt - CLOCK_SLACK) return undefined;
    prints[path] = print;
  }
  return { circumstances: hashOf(circumstances), prints, ...missed };
}

function printOf(path: string): string | undefined {
  return isOfPackage(path) ? statPrint(path) : contentPrint(path);
}

function isOfPackage(path: string): boolean {
  return path.startsWith(codeFolder) || path.includes('/node_modules/');
}

function removeOldEntries(folder: string): void {
  const entries = readdirSync(folder)
    .map((name) => ({ file: join(folder, name), usedAt: statSync(join(folder, name)).mtimeMs }))
    .sort((a, b) => b.usedAt - a.usedAt);
  const oldest = Date.now() - MOST_AGE;
  for (const [index, { file, usedAt }] of entries.entries()) {
    if (index >= MOST_ENTRIES - 1 || usedAt < oldest) rmSync(file, { force: true });
  }
}
