import { checkTypes, type TypeProblem } from './check-types.ts';
import type { CliIo } from '../io.ts';
import { printFrame } from '../output/print-error.ts';
import type { TypeCache } from './type-cache.ts';

/** Type-checks TypeScript files of the user; prints a note when no compiler is available. */
export async function typeProblems(
  files: readonly string[],
  io: CliIo,
  cache?: TypeCache,
): Promise<readonly TypeProblem[]> {
  const check = await checkTypes(files, io.cwd, cache);
  if (check.checked) return check.problems;
  io.stderr.write(
    'kvmplay: types are not checked: there is no TypeScript compiler for this platform; npm install typescript beside the playbook to have one\n',
  );
  return [];
}

/** Prints each problem with its place and the lines around it. */
export function printTypeProblems(problems: readonly TypeProblem[], io: CliIo): void {
  for (const { place, message } of problems) {
    io.stderr.write(`${place.file}:${place.line ?? 1}:${place.column ?? 1}: ${message}\n`);
    printFrame(place, io);
  }
}
