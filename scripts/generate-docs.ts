import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { commands } from '../src/cli/commands/index.ts';
import { formatApiPage } from './api-page.ts';
import { formatConfigTypes } from './config-types.ts';
import { formatCliPage } from './cli-page.ts';
import { readTaskDocs } from './task-docs.ts';
import { formatTaskPage } from './task-page.ts';

/**
 * Writes what is generated: the type of kvmplay.config.ts, docs/tasks/*.md, docs/cli.md and docs/api.md. With --check it
 * writes nothing, names the files that are stale, and returns 1 when there are any.
 */
export async function main(args: readonly string[]): Promise<number> {
  const isCheck = args.includes('--check');
  // The page of the API is made of the sources on disk.
  const types = isCheck ? [] : writeStale(await generateTypes());
  const pages = new Map([...(await generateTypes()), ...(await generatePages())]);
  const orphans = pagesOnDisk().filter((file) => !pages.has(file));
  if (isCheck) {
    const stale = staleOf(pages);
    for (const file of stale) process.stdout.write(`${file} is stale\n`);
    for (const file of orphans) process.stdout.write(`${file} describes no task\n`);
    return stale.length + orphans.length === 0 ? 0 : 1;
  }
  for (const file of [...types, ...writeStale(pages)]) process.stdout.write(`${file} is written\n`);
  for (const file of orphans) rmSync(file);
  return 0;
}

type Pages = ReadonlyMap<string, string>;

function staleOf(pages: Pages): readonly string[] {
  return [...pages].filter(([file, page]) => readIfThere(file) !== page).map(([file]) => file);
}

function writeStale(pages: Pages): readonly string[] {
  const stale = staleOf(pages);
  for (const file of stale) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, pages.get(file) ?? '');
  }
  return stale;
}

const specs = commands.map(({ spec }) => spec);

async function generateTypes(): Promise<Pages> {
  const file = join('src', 'config-options.ts');
  return new Map([[file, await pretty(file, formatConfigTypes(specs))]]);
}

const taskPages = join('docs', 'tasks');
const taskSources = join('src', 'tasks');

async function generatePages(): Promise<Pages> {
  const sources = readdirSync(taskSources)
    .filter((file) => /^ensure-[\w-]+\.ts$/.test(file))
    .sort();
  const tasks = readTaskDocs(
    sources.map((file) => join(taskSources, file)),
    'tsconfig.json',
  );
  const pages = new Map<string, string>();
  for (const [index, task] of tasks.entries()) {
    const file = join(taskPages, `${basename(sources[index] ?? '', '.ts')}.md`);
    pages.set(file, await pretty(file, formatTaskPage(task)));
  }
  const apiPage = join('docs', 'api.md');
  pages.set(apiPage, await pretty(apiPage, formatApiPage()));
  const cliPage = join('docs', 'cli.md');
  return pages.set(cliPage, await pretty(cliPage, formatCliPage(specs)));
}

async function pretty(file: string, text: string): Promise<string> {
  return format(text, { ...(await resolveConfig(file)), filepath: file });
}

function pagesOnDisk(): readonly string[] {
  try {
    return readdirSync(taskPages).map((file) => join(taskPages, file));
  } catch {
    return [];
  }
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
