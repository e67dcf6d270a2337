import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import type { HostOutcome } from '../../engine/events.ts';
import { isKvmplayError } from '../../errors.ts';
import type { SourcePlace } from '../../model/inventory.ts';
import { codeFrame } from './code-frame.ts';
import type { CliIo } from '../io.ts';
import { resolvePath } from '../paths.ts';

export interface Unanswered {
  readonly host: string;
  readonly outcome: HostOutcome;
  readonly message: string;
}

/** Prints why a command failed: a sentence, and the lines of the file where the error is. */
export function printError(error: unknown, io: Pick<CliIo, 'stderr' | 'cwd' | 'secrets'>): void {
  const { secrets } = io;
  if (!isKvmplayError(error)) {
    // An unforeseen error: a bug report needs its stack.
    io.stderr.write(`kvmplay: internal error: ${secrets.mask(inspect(error)).replaceAll('\n', '\n  ')}\n`);
    return;
  }
  io.stderr.write(`kvmplay: ${secrets.mask(error.message)}\n`);
  for (const line of error.details) io.stderr.write(`  ${secrets.mask(line)}\n`);
  if ('place' in error) printFrame(error.place as SourcePlace | undefined, io);
}

/** Prints why hosts gave no answer; hosts with the same reason share a line. */
export function printUnanswered(errors: readonly Unanswered[], io: Pick<CliIo, 'stderr'>): void {
  const alike = new Map<string, Unanswered[]>();
  for (const error of errors) {
    const { host, outcome, message } = error;
    // A host named `2` must not match a number in the message.
    const sentence = /[a-z]/i.test(host) ? message.replaceAll(host, '\0') : `${host}\0${message}`;
    const key = `${outcome} ${sentence}`;
    alike.set(key, [...(alike.get(key) ?? []), error]);
  }
  for (const [first, ...others] of alike.values()) {
    if (first === undefined) continue;
    io.stderr.write(`kvmplay: ${first.host}: ${first.outcome}: ${first.message}\n`);
    if (others.length > 0) io.stderr.write(`  the same of ${others.map(({ host }) => host).join(', ')}\n`);
  }
}

/** Prints the lines around a place, if the file is readable. */
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
