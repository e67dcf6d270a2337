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

/** Says why a command could not do its work: a sentence, and the lines of the file that it is about. */
export function printError(error: unknown, io: Pick<CliIo, 'stderr' | 'cwd' | 'secrets'>): void {
  const { secrets } = io;
  if (!isKvmplayError(error)) {
    // Nobody foresaw it, so the stack is what a bug report needs.
    io.stderr.write(`kvmplay: internal error: ${secrets.mask(inspect(error)).replaceAll('\n', '\n  ')}\n`);
    return;
  }
  io.stderr.write(`kvmplay: ${secrets.mask(error.message)}\n`);
  for (const line of error.details) io.stderr.write(`  ${secrets.mask(line)}\n`);
  if ('place' in error) printFrame(error.place as SourcePlace | undefined, io);
}

/** Why hosts gave no answer; what is the same of several is told once. */
export function printUnanswered(errors: readonly Unanswered[], io: Pick<CliIo, 'stderr'>): void {
  const alike = new Map<string, Unanswered[]>();
  for (const error of errors) {
    const { host, outcome, message } = error;
    // A host that is called 2 may not be taken for the 2 of a sentence.
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
