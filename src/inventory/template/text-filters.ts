import { createHash, getHashes } from 'node:crypto';
import { posix } from 'node:path';
import { splitText } from './methods.ts';
import { expandReplacement, toRegex } from './python-regex.ts';
import { formatPercent, toFixed } from './percent-format.ts';
import { toText } from './python-text.ts';
import { TemplateError } from './template-error.ts';
import { describe, Float, isTrue, numberOf } from './values.ts';
import type { Filter } from './filters.ts';

/** Filters that make a text or a number. */
export const textFilters: Readonly<Record<string, Filter>> = {
  lower: { run: (input) => toText(input).toLowerCase() },
  upper: { run: (input) => toText(input).toUpperCase() },
  capitalize: {
    run: (input) => toText(input).slice(0, 1).toUpperCase() + toText(input).slice(1).toLowerCase(),
  },
  title: {
    // Jinja's words begin after blanks, hyphens and opening brackets only; those of the method title() after whatever is no letter.
    run: (input) =>
      toText(input)
        .toLowerCase()
        .replace(
          /(^|[-\s({[<])([^-\s({[<])/gu,
          (_whole, before: string, letter: string) => before + letter.toUpperCase(),
        ),
  },
  trim: { run: (input) => toText(input).trim() },
  string: { run: toText },
  replace: {
    parameters: ['old', 'new', 'count'],
    run: (input, old, now, count) => {
      const parts = toText(input).split(toText(old));
      const most = numberOf(count) ?? parts.length;
      return parts.reduce((text, part, index) => text + (index <= most ? toText(now) : toText(old)) + part);
    },
  },
  split: {
    parameters: ['sep', 'maxsplit'],
    run: (input, separator, most) => splitText(toText(input), separator, most),
  },
  int: { parameters: ['default', 'base'], run: toInteger },
  float: {
    parameters: ['default'],
    run: (input, otherwise = 0) =>
      new Float(numberOf(input) ?? parseDecimal(toText(input)) ?? numberOf(otherwise) ?? 0),
  },
  bool: {
    run: (input) =>
      typeof input === 'boolean' || input === null
        ? input
        : numberOf(input) === 1 || ['yes', 'on', '1', 'true'].includes(toText(input).toLowerCase()),
  },
  abs: {
    run: (input) => {
      const number = Math.abs(numberIn(input, 'abs'));
      return input instanceof Float ? new Float(number) : number;
    },
  },
  round: { parameters: ['precision', 'method'], run: round },
  format: { run: (input, ...given) => formatPercent(toText(input), given) },
  regex_replace: {
    parameters: ['pattern', 'replacement', 'ignorecase', 'multiline'],
    run: (input, pattern = '', replacement = '', ignoreCase = false, multiline = false) =>
      toText(input).replace(
        toRegex(toText(pattern), `g${flagsOf(ignoreCase, multiline)}`),
        (...match: readonly unknown[]) => expandMatch(toText(replacement), match),
      ),
  },
  regex_search: {
    parameters: [],
    run: (input, pattern, ...groups) => {
      const match = toRegex(toText(pattern), '').exec(toText(input));
      if (match === null) return null;
      if (groups.length === 0) return match[0];
      return groups.map((group) => {
        const [, index, name = ''] = /^\\(?:(\d+)|g<(\w+)>)$/.exec(toText(group)) ?? [];
        return (index === undefined ? match.groups?.[name] : match[Number(index)]) ?? null;
      });
    },
  },
  regex_findall: {
    run: (input, pattern) =>
      [...toText(input).matchAll(toRegex(toText(pattern), 'g'))].map((match) =>
        match.length > 2 ? match.slice(1) : (match[1] ?? match[0]),
      ),
  },
  regex_escape: {
    run: (input) =>
      toText(input).replace(/[\s()[\]{}?*+\-|^$\\.&~#]/g, (letter) =>
        /[^\0-\x7f]/.test(letter) ? letter : `\\${letter}`,
      ),
  },
  b64encode: { run: (input) => Buffer.from(toText(input), 'utf8').toString('base64') },
  b64decode: { run: (input) => Buffer.from(toText(input), 'base64').toString('utf8') },
  hash: {
    parameters: ['hashtype'],
    run: (input, algorithm = 'sha1') => {
      const name = toText(algorithm);
      if (!getHashes().includes(name)) throw new TemplateError(`uses the hash ${name}, which there is not`);
      return createHash(name).update(toText(input)).digest('hex');
    },
  },
  md5: { run: (input) => createHash('md5').update(toText(input)).digest('hex') },
  sha1: { run: (input) => createHash('sha1').update(toText(input)).digest('hex') },
  basename: { run: (input) => /[^/]*$/.exec(toText(input))?.[0] ?? '' },
  dirname: {
    run: (input) =>
      /^(.*[^/])?\/+[^/]*$/.exec(toText(input))?.[1] ?? (toText(input).startsWith('/') ? '/' : ''),
  },
  splitext: {
    run: (input) => {
      const extension = posix.extname(toText(input));
      return [toText(input).slice(0, toText(input).length - extension.length), extension];
    },
  },
  quote: {
    run: (input) => {
      const text = toText(input);
      return text !== '' && /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'"'"'`)}'`;
    },
  },
  to_json: { run: (input) => toJson(input) },
  from_json: {
    run: (input) => {
      try {
        return JSON.parse(toText(input)) as unknown;
      } catch (error) {
        throw new TemplateError('reads as JSON what is none', { cause: error });
      }
    },
  },
};

function flagsOf(ignoreCase: unknown, multiline: unknown): string {
  return `${isTrue(ignoreCase) ? 'i' : ''}${isTrue(multiline) ? 'm' : ''}`;
}

function expandMatch(replacement: string, match: readonly unknown[]): string {
  const last = match.at(-1);
  const named = typeof last === 'object' ? (last as Readonly<Record<string, string>>) : {};
  const groups = match.slice(0, typeof last === 'object' ? -3 : -2) as readonly (string | undefined)[];
  return expandReplacement(
    replacement,
    groups.map((group) => group ?? ''),
    named,
  );
}

function toInteger(input: unknown, otherwise: unknown = 0, base: unknown = 10): unknown {
  const number = numberOf(input);
  if (number !== undefined) return Math.trunc(number);
  const text = toText(input).trim();
  const radix = numberOf(base) ?? 10;
  if (radix !== 10) {
    const digits = text.toLowerCase().replace(/^0[xob]/, '');
    const parsed = Number.parseInt(digits, radix);
    return Number.isNaN(parsed) ? otherwise : parsed;
  }
  const parsed = parseDecimal(text);
  return parsed === undefined ? otherwise : Math.trunc(parsed);
}

function numberIn(input: unknown, filter: string): number {
  const number = numberOf(input);
  if (number !== undefined) return number;
  throw new TemplateError(`gives ${describe(input)} to the filter ${filter}, which takes numbers`);
}

/** As in Python a whole number stays one, unless it is rounded up or down. */
function round(input: unknown, precision: unknown = 0, method: unknown = 'common'): unknown {
  const number = numberIn(input, 'round');
  const digits = numberOf(precision) ?? 0;
  const scale = 10 ** digits;
  if (method === 'ceil') return new Float(Math.ceil(number * scale) / scale);
  if (method === 'floor') return new Float(Math.floor(number * scale) / scale);
  if (digits < 0) {
    const rounded = Number(toFixed(number * scale, 0)) / scale;
    return input instanceof Float ? new Float(rounded) : rounded;
  }
  if (!(input instanceof Float) && Number.isInteger(number)) return number;
  return new Float(Number(toFixed(number, digits)));
}

function parseDecimal(text: string): number | undefined {
  return /^\s*[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?\s*$/.test(text) ? Number(text) : undefined;
}

/** Python's `json.dumps`: blanks after commas and colons, ASCII only. */
function toJson(value: unknown): string {
  if (value instanceof Float) return toText(value);
  if (Array.isArray(value)) return `[${value.map(toJson).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const pairs = Object.entries(value).map(([key, item]) => `${toJson(key)}: ${toJson(item)}`);
    return `{${pairs.join(', ')}}`;
  }
  return JSON.stringify(value).replace(
    /[\u0080-\uffff]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
