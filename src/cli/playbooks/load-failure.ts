import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { isKvmplayError, PlaybookError } from '../../errors.ts';
import { escapePattern } from '../../model/escape-pattern.ts';
import type { SourcePlace } from '../../model/inventory.ts';
import { placeInText } from './find-text.ts';
import { hookProblemOf, type HookProblem } from '../hook-failure.ts';
import { inFolder } from '../paths.ts';
import { codeFolder } from '../package-paths.ts';

interface LoadContext {
  /** Absolute path of the imported playbook. */
  readonly playbook: string;
  readonly cwd: string;
}

/** Explains why a playbook could not be imported, with the place in the playbook or its helper that caused it. */
export function explainLoadFailure(error: unknown, context: LoadContext): PlaybookError {
  const { message, stack } = textOf(error);
  const problem = hookProblemOf(message);
  if (problem !== undefined) return explainHookProblem(problem, context);
  const missing = /does not provide an export named '([^']+)'/.exec(message);
  if (missing?.[1] !== undefined) return explainMissingExport(missing[1], { message, stack }, context);
  const json = /^Module "file:\/\/[^"]*\/([^"/]+)" needs an import attribute/.exec(message);
  if (json?.[1] !== undefined) {
    const said = `the import of ${json[1]} should end with: with { type: 'json' }`;
    return new PlaybookError(said, { file: inFolder(context.playbook, context.cwd) });
  }
  return explainThrown(error, { message, stack }, context);
}

interface ErrorText {
  readonly message: string;
  readonly stack: string;
}

/** Reads an error by its shape, since errors of other realms are not `instanceof Error`. */
export function textOf(error: unknown): ErrorText {
  if (typeof error !== 'object' || error === null || !('message' in error)) {
    return { message: String(error), stack: '' };
  }
  const stack = 'stack' in error && typeof error.stack === 'string' ? error.stack : '';
  return { message: String(error.message), stack: stripVTControlCharacters(stack) };
}

function explainHookProblem(problem: HookProblem, { cwd }: LoadContext): PlaybookError {
  const file = inFolder(problem.file, cwd);
  if (problem.kind === 'syntax') {
    return new PlaybookError(problem.message, { file, line: problem.line, column: problem.column });
  }
  const { specifier } = problem;
  const place = {
    file,
    ...placeInText(
      readFileSync(problem.file, 'utf8'),
      new RegExp(`(?<=['"\`])${escapePattern(specifier)}(?=['"\`])`),
    ),
  };
  const isPath = /^(?:\.{0,2}\/|file:)/.test(specifier);
  const finding = isPath
    ? `there is no file for the import of ${specifier}`
    : `package ${packageOf(specifier)} is not installed in this folder or one above`;
  return new PlaybookError(finding, place);
}

function explainMissingExport(
  name: string,
  { message, stack }: ErrorText,
  context: LoadContext,
): PlaybookError {
  const specifier = /requested module '([^']+)'/.exec(message)?.[1] ?? 'the module';
  const importer = fileOfFrame(stack.split('\n')[0] ?? '') ?? context.playbook;
  const statement = new RegExp(
    `(?<=import[^;'"]*[{,\\s])${escapePattern(name)}(?=\\b[^;'"]*from\\s*['"]${escapePattern(specifier)}['"])`,
  );
  return new PlaybookError(`${specifier} has no export named ${name}`, {
    file: inFolder(importer, context.cwd),
    ...placeInText(readFileSync(importer, 'utf8'), statement),
  });
}

/** The playbook's own code threw: the innermost frame outside packages is the line to show. */
function explainThrown(error: unknown, { message, stack }: ErrorText, context: LoadContext): PlaybookError {
  const place = placeInPlaybook(stack, context.cwd);
  const said = isKvmplayError(error) ? message : `threw while loading: ${message}`;
  return new PlaybookError(said, place ?? { file: inFolder(context.playbook, context.cwd) }, {
    cause: error,
  });
}

/** Returns the innermost place of a stack outside kvmplay and installed packages. */
export function placeInPlaybook(stack: string, cwd: string): SourcePlace | undefined {
  return stack
    .split('\n')
    .map((frame) => placeOfFrame(frame, cwd))
    .find((found) => found !== undefined);
}

function placeOfFrame(frame: string, cwd: string): SourcePlace | undefined {
  const match = /^\s+at (?:.*\()?((?:file:\/\/)?\/[^():]+):(\d+):(\d+)\)?$/.exec(frame);
  if (match?.[1] === undefined) return undefined;
  const path = toPath(match[1]);
  if (path.includes('/node_modules/') || path.startsWith(codeFolder)) return undefined;
  return { file: inFolder(path, cwd), line: Number(match[2]), column: Number(match[3]) };
}

function fileOfFrame(frame: string): string | undefined {
  const match = /^((?:file:\/\/)?\/.+):\d+$/.exec(frame.trim());
  return match?.[1] === undefined ? undefined : toPath(match[1]);
}

function toPath(pathOrUrl: string): string {
  return pathOrUrl.startsWith('file:') ? fileURLToPath(pathOrUrl) : pathOrUrl;
}

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}
