import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import * as actions from '../src/actions/index.ts';
import { commands } from '../src/cli/commands/index.ts';
import * as tasks from '../src/tasks/index.ts';
import { formatApiPage } from './api-page.ts';
import { formatConfigTypes } from './config-types.ts';
import { formatCliPage } from './cli-page.ts';
import { readTaskDocs } from './task-docs.ts';
import { formatTaskPage } from './task-page.ts';

/**
 * Writes what is generated: the type of kvmplay.config.ts, docs/tasks/*.md, docs/actions/*.md, docs/cli.md and docs/api.md.
 * With --check it writes nothing, names the files that are stale, and returns 1 when there are any.
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
    for (const file of orphans) process.stdout.write(`${file} describes nothing\n`);
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

/** Folders of sources and of their pages. */
const manuals = [
  { sources: join('src', 'tasks'), pages: join('docs', 'tasks'), names: namesWith('task', tasks) },
  { sources: join('src', 'actions'), pages: join('docs', 'actions'), names: namesWith('action', actions) },
];

/** The files of what is exported with a property: tasks have `task`. */
function namesWith(property: string, exported: object): readonly string[] {
  return Object.entries(exported)
    .filter(([, value]) => typeof value === 'function' && property in value)
    .map(([name]) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`))
    .sort();
}

async function generatePages(): Promise<Pages> {
  const sources = new Map(
    manuals.flatMap((manual) =>
      manual.names.map((name) => [join(manual.sources, `${name}.ts`), join(manual.pages, `${name}.md`)]),
    ),
  );
  const docs = readTaskDocs([...sources.keys()], 'tsconfig.json');
  const pages = new Map<string, string>();
  for (const [index, file] of [...sources.values()].entries()) {
    const doc = docs[index];
    if (doc !== undefined) pages.set(file, await pretty(file, formatTaskPage(doc)));
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
  return manuals
    .filter(({ pages }) => existsSync(pages))
    .flatMap(({ pages }) => readdirSync(pages).map((file) => join(pages, file)));
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
