import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import type { HostOutcome } from '../engine/events.ts';
import { isKvmplayError } from '../errors.ts';
import type { SourcePlace } from '../model/inventory.ts';
import { codeFrame } from './code-frame.ts';
import type { CliIo } from './io.ts';
import { resolvePath } from './paths.ts';

export interface Unanswered {
  readonly host: string;
  readonly outcome: HostOutcome;
  readonly message: string;
}

/** Says why a command could not do its work: a sentence, and the lines of the file that it is about. */
export function printError(error: unknown, io: Pick<CliIo, 'stderr' | 'cwd'>): void {
  if (!isKvmplayError(error)) {
    // Nobody foresaw it, so the stack is what a bug report needs.
    io.stderr.write(`kvmplay: internal error: ${inspect(error)}\n`);
    return;
  }
  io.stderr.write(`kvmplay: ${error.message}\n`);
  for (const line of error.details) io.stderr.write(`  ${line}\n`);
  if ('place' in error) printFrame(error.place as SourcePlace | undefined, io);
}

/** Why hosts gave no answer. */
export function printUnanswered(errors: readonly Unanswered[], io: CliIo): void {
  for (const { host, outcome, message } of errors)
    io.stderr.write(`kvmplay: ${host}: ${outcome}: ${message}\n`);
}

/** The lines around a place, when the file can be read. */
export function printFrame(place: SourcePlace | undefined, io: Pick<CliIo, 'stderr' | 'cwd'>): void {
  if (place?.line === undefined) return;
  const source = readOrNothing(resolvePath(place.file, io.cwd));
  if (source !== undefined) io.stderr.write(`${codeFrame(source, { ...place, line: place.line })}\n`);
}

function readOrNothing(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
