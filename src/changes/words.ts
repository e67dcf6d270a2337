/** Joins the words of a sentence; undefined ones are left out. */
export function join(...words: readonly (string | undefined)[]): string {
  return words.filter((word) => word !== undefined).join(' ');
}

/** Shows a value in a sentence. sysfs prints some as an empty line, which would be invisible. */
export function shown(value: string | number | undefined): string {
  return value === undefined || value === '' ? 'none' : String(value);
}

/** `mtu 1500 → 9000`; undefined when nothing changes. */
export function describeSetting<T extends string | number>(
  name: string,
  before: T | undefined,
  after: T | undefined,
): string | undefined {
  return before === after ? undefined : `${name} ${shown(before)} → ${shown(after)}`;
}

/** Returns a sentence about a value that differs from the wanted one, or none. */
export function compare(
  what: string,
  wanted: string | number | undefined,
  current: string | number | undefined,
): readonly string[] {
  return wanted === current ? [] : [`${what} is ${shown(current)}, not ${shown(wanted)}`];
}

/** Returns a sentence if something exists and should not, or the other way round. */
export function checkPresence(what: string, isWanted: boolean, isThere: boolean): readonly string[] {
  if (isWanted === isThere) return [];
  return [`${what} is ${isThere ? 'there already' : 'gone'}`];
}
