import { isKvmplayError } from '../errors.ts';
import type { EventError } from './events.ts';

/** An error as plain data; a foreign one keeps its stack as details. */
export function toEventError(error: unknown, place: string | undefined): EventError {
  const at = place === undefined ? {} : { place };
  if (isKvmplayError(error)) {
    const details = 'details' in error ? error.details : [];
    return { code: error.code, message: error.message, ...at, ...(details.length > 0 && { details }) };
  }
  if (isError(error)) {
    const stack = (error.stack ?? '').split('\n').slice(1, 6);
    return {
      code: 'KVMPLAY_PLAYBOOK',
      message: `${error.name}: ${error.message}`,
      ...at,
      details: stack.map((line) => line.trim()),
    };
  }
  return { code: 'KVMPLAY_PLAYBOOK', message: String(error), ...at };
}

/** By shape: errors of other realms are no instances of this one's Error. */
function isError(value: unknown): value is Error {
  return typeof value === 'object' && value !== null && 'message' in value && 'name' in value;
}
