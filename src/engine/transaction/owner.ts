import { hostname, userInfo } from 'node:os';
import { env, pid } from 'node:process';

/** Shown characters of an owner: a longer text would crowd out the rest of a sentence or table. */
const longest = 200;

/**
 * Names the run that changes a host, for others who find the host locked: `ada@desk7, process 4711, run 20261123-194512-12345`. `run` is the id of the run's
 * record, if it has one.
 */
export function nameOwner(run?: string): string {
  const record = run === undefined ? '' : `, run ${run}`;
  return `${userName()}@${hostname()}, process ${String(pid)}${record}`;
}

/** Adds the time since which the host is locked. `now` is milliseconds since 1970. */
export function ownerSince(owner: string, now: number): string {
  const [date = '', time = ''] = new Date(now).toISOString().split('T');
  const since = `, since ${date} ${time.slice(0, 8)} UTC`;
  return shorten(cleanOwner(owner), longest - since.length) + since;
}

/** Makes one line of an owner, from a lock or a caller. It is shown on terminals, so it must not contain control characters. */
export function cleanOwner(text: string): string {
  return shorten(text.replace(/[\p{C}\p{Zl}\p{Zp}\s]+/gu, ' ').trim(), longest);
}

function shorten(text: string, length: number): string {
  const characters = Array.from(text);
  return characters.length <= length ? text : `${characters.slice(0, length - 1).join('')}…`;
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A user id without an entry, as in containers.
    return env['USER'] ?? 'unknown';
  }
}
