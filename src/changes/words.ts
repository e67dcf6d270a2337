/** Words of a sentence, those that are undefined left out. */
export function join(...words: readonly (string | undefined)[]): string {
  return words.filter((word) => word !== undefined).join(' ');
}

/** What sysfs prints as an empty line would vanish from a sentence. */
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

/** A sentence about what is not as it should be, or none. */
export function compare(
  what: string,
  wanted: string | number | undefined,
  current: string | number | undefined,
): readonly string[] {
  return wanted === current ? [] : [`${what} is ${shown(current)}, not ${shown(wanted)}`];
}

/** A sentence about what is there and should not be, or the other way round. */
export function checkPresence(what: string, isWanted: boolean, isThere: boolean): readonly string[] {
  if (isWanted === isThere) return [];
  return [`${what} is ${isThere ? 'there already' : 'gone'}`];
}
