import type { Change, FileDelete, FileWrite } from '../model/change.ts';
import { describeChange, formatMode } from '../model/describe-change.ts';
import { isPrivate } from './private-files.ts';
import { printable } from './style.ts';
import type { Colour, Paint } from './style.ts';

/** The lines that show a change: itself, and beneath a file what differs in it. */
export async function formatDiff(change: Change, paint: Paint): Promise<readonly string[]> {
  const line = printable(describeChange(change));
  const title = paint(line, signColours[line.charAt(0)] ?? 'dim');
  if (change.kind !== 'file.write' && change.kind !== 'file.delete') {
    return [title];
  }
  const lines = await formatFileDiff(change);
  return [title, ...lines.map((text) => `    ${paint(text, signColours[text.charAt(0)] ?? 'dim')}`)];
}

const signColours: Readonly<Record<string, Colour>> = {
  '+': 'green',
  '-': 'red',
  '~': 'yellow',
  '@': 'cyan',
};

async function formatFileDiff(change: FileWrite | FileDelete): Promise<readonly string[]> {
  const before = change.before ?? '';
  const after = change.kind === 'file.write' ? change.after : '';
  if (isPrivate(change)) {
    return [`content differs (mode ${formatMode(change.mode)})`];
  }
  // Only a diff needs it, and most runs show none.
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

/** An empty range is named by the line before it. */
function range(start: number, lines: number): string {
  return `${lines === 0 ? start - 1 : start},${lines}`;
}

/** Beyond this a diff costs seconds and nobody reads it. */
const mostEdits = 2000;
