import { type Command, formatCommand } from '../model/command.ts';
import type { Change } from '../model/change.ts';
import type { FileDelete, FileWrite } from '../changes/file.ts';
import { describeChange, kindOf } from '../changes/index.ts';
import { isPrivate, reasonToHide, withoutSecretValues } from './private-files.ts';
import { printable, printableLine } from '../model/printable.ts';
import type { Colour, Paint } from './style.ts';

/** Details to show below a change. */
export interface DiffDetails {
  /** Shows files as unified diffs. */
  readonly files: boolean;
  /** Shows the commands of the change. */
  readonly commands: boolean;
}

/** Formats a change, with the requested details below it. */
export async function formatDiff(
  change: Change,
  { files, commands }: DiffDetails,
  paint: Paint,
): Promise<readonly string[]> {
  const line = printableLine(describeChange(change));
  const title = paint(line, signColours[line.charAt(0)] ?? 'dim');
  if (change.kind === 'file.update') return [title];
  if (change.kind !== 'file.write' && change.kind !== 'file.delete') {
    return [
      title,
      ...(commands
        ? (kindOf(change).compile?.(change) ?? []).map((command) => formatStep(command, paint))
        : []),
    ];
  }
  const lines = files ? await formatFileDiff(change) : [];
  return [title, ...lines.map((text) => `    ${paint(text, signColours[text.charAt(0)] ?? 'dim')}`)];
}

/** Formats an argument list so that it reads like a line for a shell. */
function formatStep(command: Command, paint: Paint): string {
  return paint(`    $ ${printableLine(formatCommand(command))}`, 'dim');
}

const signColours: Readonly<Record<string, Colour>> = {
  '+': 'green',
  '-': 'red',
  '~': 'yellow',
  '@': 'cyan',
};

async function formatFileDiff(whole: FileWrite | FileDelete): Promise<readonly string[]> {
  const change = withoutSecretValues(whole);
  const before = change.before ?? '';
  const after = change.kind === 'file.write' ? change.after : '';
  if (isPrivate(change)) {
    return [`content differs (${reasonToHide(change)})`];
  }
  // Loaded on demand: most runs show no diff.
  const { structuredPatch } = await import('diff');
  const patch = structuredPatch(change.path, change.path, before, after, undefined, undefined, {
    context: 3,
    maxEditLength: mostEdits,
  });
  if (patch === undefined) {
    return [`content differs in more than ${mostEdits} lines`];
  }
  return patch.hunks.flatMap(({ oldStart, oldLines, newStart, newLines, lines }) => [
    `@@ -${range(oldStart, oldLines)} +${range(newStart, newLines)} @@`,
    ...lines.map(printable),
  ]);
}

/** A unified diff names an empty range by the line before it. */
function range(start: number, lines: number): string {
  return `${lines === 0 ? start - 1 : start},${lines}`;
}

/** With more edits a diff takes seconds to compute, and nobody reads it. */
const mostEdits = 2000;
