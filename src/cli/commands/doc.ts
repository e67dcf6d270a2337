import { readFile } from 'node:fs/promises';
import { UsageError } from '../../errors.ts';
import { nearestName } from '../../model/nearest-name.ts';
import { insteadOfModule, moduleName } from '../ansible-modules.ts';
import type { CommandArguments } from '../command-line/command-line.ts';
import { exitCodes } from '../exit-code.ts';
import type { CliIo } from '../io.ts';
import { formatPage, summaryOf } from '../output/page-text.ts';
import { listTaskPages, toTaskName } from '../task-pages.ts';
import { indent, readableWidth, wrap } from '../output/text-layout.ts';
import type { docSpec } from './specs.ts';

export async function printTaskPage(
  { words: [task] }: CommandArguments<typeof docSpec.options>,
  io: CliIo,
): Promise<number> {
  const tasks = await listTaskPages();
  if (task === undefined) {
    io.stdout.write(await listOf(tasks, readableWidth(io.stdout.columns)));
    return exitCodes.done;
  }
  const page = tasks.get(task) ?? tasks.get(toTaskName(task)) ?? tasks.get(moduleName(task));
  if (page === undefined)
    throw new UsageError(`there is no task or action ${task}; ${hintFor(task, [...tasks.keys()])}`);
  io.stdout.write(formatPage(await readFile(page, 'utf8'), io.stdout.columns));
  return exitCodes.done;
}

/** Lists each task with the first sentence of its page. */
async function listOf(tasks: ReadonlyMap<string, URL>, width: number): Promise<string> {
  const nameWidth = Math.max(...[...tasks.keys()].map((name) => name.length)) + 2;
  const entries = await Promise.all(
    [...tasks].map(async ([name, page]) => {
      const sentence = summaryOf(await readFile(page, 'utf8'));
      const lines = indent(wrap(sentence, width - nameWidth), nameWidth);
      return `${name.padEnd(nameWidth)}${lines.trimStart()}\n`;
    }),
  );
  return entries.join('');
}

function hintFor(task: string, tasks: readonly string[]): string {
  const instead = insteadOfModule(task);
  if (instead !== undefined) return `what that module does is done by ${instead.join(', ')}`;
  const hint = nearestName(task, tasks);
  return hint === undefined ? `there are ${tasks.join(', ')}` : `is it ${hint}?`;
}
