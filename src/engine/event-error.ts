import { isKvmplayError } from '../errors.ts';
import { boundedLines, boundLines } from '../model/bounded-lines.ts';
import { foreignPlaces } from './call-site.ts';
import type { EventError } from './events.ts';

/** Converts an error to plain data. A foreign error lists the playbook lines in its stack; an internal error of kvmplay keeps its stack. */
export function toEventError(error: unknown, place: string | undefined): EventError {
  if (isKvmplayError(error)) {
    const where =
      place ?? (error.code === 'KVMPLAY_PLAYBOOK' ? foreignPlaces(error.stack ?? '')[0] : undefined);
    const at = where === undefined ? {} : { place: where };
    const details = 'details' in error ? error.details : [];
    return { code: error.code, ...sayings(error.message, details), ...at };
  }
  if (isError(error)) {
    const places = foreignPlaces(error.stack ?? '');
    const [first = place, ...outer] = places;
    const stack = (error.stack ?? '').split('\n').slice(1, 6);
    const details =
      first === undefined
        ? stack.map((line) => line.trim())
        : outer.slice(0, 4).map((outside) => `at ${outside}`);
    return {
      code: 'KVMPLAY_PLAYBOOK',
      ...sayings(`${error.name}: ${error.message}`, details),
      ...(first !== undefined && { place: first }),
    };
  }
  return {
    code: 'KVMPLAY_PLAYBOOK',
    ...sayings(String(error), []),
    ...(place !== undefined && { place }),
  };
}

/** The message gets one line. Foreign errors, too, may quote several lines of a host. */
function sayings(message: string, details: readonly string[]): Pick<EventError, 'message' | 'details'> {
  const [sentence = '', ...more] = boundedLines(message);
  const lines = boundLines([...more, ...details]);
  return { message: sentence, ...(lines.length > 0 && { details: lines }) };
}

/** Checks the shape: errors of other realms are not instances of this realm's Error. */
function isError(value: unknown): value is Error {
  return typeof value === 'object' && value !== null && 'message' in value && 'name' in value;
}
