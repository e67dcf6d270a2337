import { isKvmplayError } from '../errors.ts';
import { boundedLines, boundLines } from '../model/bounded-lines.ts';
import { foreignPlaces } from './call-site.ts';
import type { EventError } from './events.ts';

/** An error as plain data; a foreign one tells the lines of the playbook it came through, or its stack when it is kvmplay's own. */
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

/** A message of one line; a foreign error may quote a host, too. */
function sayings(message: string, details: readonly string[]): Pick<EventError, 'message' | 'details'> {
  const [sentence = '', ...more] = boundedLines(message);
  const lines = boundLines([...more, ...details]);
  return { message: sentence, ...(lines.length > 0 && { details: lines }) };
}

/** By shape: errors of other realms are no instances of this one's Error. */
function isError(value: unknown): value is Error {
  return typeof value === 'object' && value !== null && 'message' in value && 'name' in value;
}
