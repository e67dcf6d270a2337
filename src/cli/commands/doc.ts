import { readdir, readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { UsageError } from '../../errors.ts';
import { nearestName } from '../../model/nearest-name.ts';
import type { CommandArguments } from '../command-line.ts';
import { exitCodes } from '../exit-code.ts';
import type { CliIo } from '../io.ts';
import { formatPage } from '../page-text.ts';
import type { docSpec } from './specs.ts';

const pages = new URL('../../../docs/tasks/', import.meta.url);

export async function printTaskPage(
  { words: [task] }: CommandArguments<typeof docSpec.options>,
  io: CliIo,
): Promise<number> {
  const files = (await readdir(pages)).filter((file) => file.endsWith('.md')).sort();
  const tasks = new Map(files.map((file) => [toTaskName(basename(file, '.md')), file]));
  if (task === undefined) {
    io.stdout.write([...tasks.keys()].map((name) => `${name}\n`).join(''));
    return exitCodes.done;
  }
  const file = tasks.get(task) ?? tasks.get(toTaskName(task));
  if (file === undefined)
    throw new UsageError(`there is no task ${task}; ${hintFor(task, [...tasks.keys()])}`);
  io.stdout.write(formatPage(await readFile(new URL(file, pages), 'utf8'), io.stdout.columns));
  return exitCodes.done;
}

/** `ensure-bond` → `ensureBond` */
function toTaskName(fileName: string): string {
  return fileName.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

function hintFor(task: string, tasks: readonly string[]): string {
  const hint = nearestName(task, tasks);
  return hint === undefined ? `the tasks are ${tasks.join(', ')}` : `is it ${hint}?`;
}
