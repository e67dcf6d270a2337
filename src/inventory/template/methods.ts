import { toText } from './python-text.ts';
import { TemplateError } from './template-error.ts';
import { isMapping, isEqual, isTrue, LazyMapping, type Mapping } from './values.ts';

type Method<T> = (target: T, ...given: readonly unknown[]) => unknown;

/** The methods of Python's texts that inventories may call. */
const ofText: Readonly<Record<string, Method<string>>> = {
  split: (text, separator, most) => splitText(text, separator, most),
  rsplit: (text, separator, most) => {
    const parts = splitText(text, separator);
    const kept = typeof most === 'number' ? Math.max(parts.length - most, 1) : 1;
    const glue = typeof separator === 'string' ? separator : ' ';
    return [parts.slice(0, kept).join(glue), ...parts.slice(kept)];
  },
  splitlines: (text) => (text === '' ? [] : text.replace(/\r?\n$/, '').split(/\r?\n/)),
  strip: (text, letters) => strip(strip(text, letters, 'start'), letters, 'end'),
  lstrip: (text, letters) => strip(text, letters, 'start'),
  rstrip: (text, letters) => strip(text, letters, 'end'),
  lower: (text) => text.toLowerCase(),
  upper: (text) => text.toUpperCase(),
  capitalize: (text) => text.slice(0, 1).toUpperCase() + text.slice(1).toLowerCase(),
  title: (text) => toTitle(text),
  startswith: (text, start) => text.startsWith(toText(start)),
  endswith: (text, end) => text.endsWith(toText(end)),
  replace: (text, old, now) => text.replaceAll(toText(old), () => toText(now)),
  find: (text, part) => text.indexOf(toText(part)),
  count: (text, part) => text.split(toText(part)).length - 1,
  join: (text, parts) => (Array.isArray(parts) ? parts.map(toText).join(text) : toText(parts)),
  zfill: (text, width) => text.padStart(Number(width), '0'),
  isdigit: (text) => /^[0-9]+$/.test(text),
  isalpha: (text) => /^\p{L}+$/u.test(text),
};

const ofMapping: Readonly<Record<string, Method<Mapping>>> = {
  get: (mapping, key, otherwise = null) => {
    const name = toText(key);
    return Object.hasOwn(mapping, name) ? mapping[name] : otherwise;
  },
  keys: (mapping) => Object.keys(mapping),
  values: (mapping) => Object.values(mapping),
  items: (mapping) => Object.entries(mapping),
};

const ofList: Readonly<Record<string, Method<readonly unknown[]>>> = {
  index: (list, item) => {
    const index = list.findIndex((other) => isEqual(other, item));
    if (index === -1) throw new TemplateError('asks for the index of what is not in the list');
    return index;
  },
  count: (list, item) => list.filter((other) => isEqual(other, item)).length,
};

/** True when the value has this method and no member of the same name. */
export function isMethod(target: unknown, name: string): boolean {
  if (isMapping(target) && Object.hasOwn(target, name)) return false;
  return Object.hasOwn(tableOf(target), name);
}

export function callMethod(target: unknown, name: string, given: readonly unknown[]): unknown {
  if (target instanceof LazyMapping && name === 'get') {
    const [key, otherwise = null] = given;
    return target.get(toText(key)) ?? otherwise;
  }
  // The table is that of the target's kind.
  const method = tableOf(target)[name] as Method<unknown>;
  return method(target, ...given);
}

function tableOf(target: unknown): Readonly<Record<string, unknown>> {
  if (typeof target === 'string') return ofText;
  if (Array.isArray(target)) return ofList;
  if (target instanceof LazyMapping) return { get: ofMapping['get'] };
  return isMapping(target) ? ofMapping : {};
}

/** Python's `split`: without a separator at blanks, of which those at the ends count for nothing. */
export function splitText(text: string, separator?: unknown, most?: unknown): readonly string[] {
  const parts =
    separator === undefined || separator === null
      ? text
          .trim()
          .split(/\s+/)
          .filter((part) => part !== '')
      : text.split(toText(separator));
  if (typeof most !== 'number' || most < 0 || parts.length <= most + 1) return parts;
  const glue = typeof separator === 'string' ? separator : ' ';
  return [...parts.slice(0, most), parts.slice(most).join(glue)];
}

export function toTitle(text: string): string {
  return text.toLowerCase().replace(/\p{L}+/gu, (word) => word.slice(0, 1).toUpperCase() + word.slice(1));
}

export function strip(text: string, letters: unknown, side: 'start' | 'end'): string {
  const isStripped = (letter: string | undefined): boolean =>
    letter !== undefined && (isTrue(letters ?? '') ? toText(letters).includes(letter) : /\s/.test(letter));
  let [start, end] = [0, text.length];
  if (side === 'start') while (start < end && isStripped(text[start])) start += 1;
  else while (end > start && isStripped(text[end - 1])) end -= 1;
  return text.slice(start, end);
}
