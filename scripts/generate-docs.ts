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
 * Writes the pages that are generated: docs/tasks/*.md, docs/cli.md, docs/api.md and the type of kvmplay.config.ts. With
 * --check it writes nothing, names the pages
 * that are stale, and returns 1 when there are any.
 */
export async function main(args: readonly string[]): Promise<number> {
  const pages = await generatePages();
  const stale = [...pages].filter(([file, page]) => readIfThere(file) !== page).map(([file]) => file);
  const orphans = pagesOnDisk().filter((file) => !pages.has(file));
  if (args.includes('--check')) {
    for (const file of stale) process.stdout.write(`${file} is stale\n`);
    for (const file of orphans) process.stdout.write(`${file} describes no task\n`);
    return stale.length + orphans.length === 0 ? 0 : 1;
  }
  for (const file of stale) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, pages.get(file) ?? '');
    process.stdout.write(`${file} is written\n`);
  }
  for (const file of orphans) rmSync(file);
  return 0;
}

const taskPages = join('docs', 'tasks');
const taskSources = join('src', 'tasks');

async function generatePages(): Promise<ReadonlyMap<string, string>> {
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
  const specs = commands.map(({ spec }) => spec);
  const configTypes = join('src', 'config-options.ts');
  pages.set(configTypes, await pretty(configTypes, formatConfigTypes(specs)));
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
