import { toSource, toText } from './python-text.ts';
import { TemplateError } from './template-error.ts';
import { Float, numberOf } from './values.ts';

/** Python's `'%s-%02d' % values`. Throws TemplateError where Python throws, and for names (`%(name)s`). */
export function formatPercent(
  pattern: string,
  given: readonly unknown[],
  { mayBeLeft = false }: { readonly mayBeLeft?: boolean } = {},
): string {
  const rest = [...given];
  const text = pattern.replace(
    /%(?:%|([-+ 0]*)((?:[1-9]\d*)?)(?:\.(\d*))?([a-zA-Z])|[^])?/g,
    (whole, flags?: string, width?: string, precision?: string, kind?: string) => {
      if (whole === '%%') return '%';
      if (kind === undefined)
        throw new TemplateError(`formats by ${JSON.stringify(whole)}, which kvmplay does not know`);
      if (rest.length === 0) throw new TemplateError('formats fewer values than its pattern names');
      const value = rest.shift();
      const digits = precision === undefined ? undefined : Number(precision);
      return pad(convert(value, kind, digits), {
        flags: flags ?? '',
        width: Number(width),
        isNumber: !/[sr]/.test(kind),
      });
    },
  );
  if (rest.length > 0 && !mayBeLeft) throw new TemplateError('formats more values than its pattern names');
  return text;
}

function convert(value: unknown, kind: string, precision: number | undefined): string {
  if (kind === 's') return toText(value).slice(0, precision);
  if (kind === 'r') return toSource(value).slice(0, precision);
  const number = numberOf(value);
  if (number === undefined) throw new TemplateError('formats as a number what is none');
  switch (kind) {
    case 'd':
    case 'i':
    case 'u':
      return String(Math.trunc(number)).replace(/\d+/, (digits) => digits.padStart(precision ?? 0, '0'));
    case 'x':
    case 'X':
    case 'o': {
      if (value instanceof Float || !Number.isInteger(number))
        throw new TemplateError('formats a number with a point as a whole one');
      const digits = number.toString(kind === 'o' ? 8 : 16);
      return kind === 'X' ? digits.toUpperCase() : digits;
    }
    case 'f':
    case 'F':
      return toFixed(number, precision ?? 6);
    case 'e':
    case 'E':
      return withExponent(number.toExponential(precision ?? 6), kind);
    case 'g':
    case 'G':
      return toGeneral(number, precision ?? 6, kind === 'g' ? 'e' : 'E');
    default:
      throw new TemplateError(`formats by %${kind}, which kvmplay does not know`);
  }
}

function pad(
  text: string,
  { flags, width, isNumber }: { readonly flags: string; readonly width: number; readonly isNumber: boolean },
): string {
  const plus = flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '';
  const signed = isNumber && !text.startsWith('-') ? plus + text : text;
  if (flags.includes('-')) return signed.padEnd(width);
  if (!isNumber || !flags.includes('0')) return signed.padStart(width);
  const sign = /^[-+ ]?/.exec(signed)?.[0] ?? '';
  return sign + signed.slice(sign.length).padStart(width - sign.length, '0');
}

/** As `toFixed`, but that Python rounds what is exactly in the middle to the even neighbour. */
export function toFixed(number: number, digits: number): string {
  const rounded = number.toFixed(digits);
  const exact = number.toFixed(Math.min(100, digits + 40));
  const cut = exact.length - Math.min(100 - digits, 40);
  if (!/^50*$/.test(exact.slice(cut))) return rounded;
  const down = exact.slice(0, cut).replace(/\.$/, '');
  return /[02468]$/.test(down) ? down : rounded;
}

/** At least two digits of the exponent. */
function withExponent(text: string, letter: string): string {
  return text.replace(
    /e([-+])(\d+)$/,
    (_, sign: string, digits: string) => letter + sign + digits.padStart(2, '0'),
  );
}

function toGeneral(number: number, precision: number, letter: string): string {
  const digits = Math.max(precision, 1);
  const text = number.toExponential(digits - 1);
  const exponent = Number(/e(.*)$/.exec(text)?.[1]);
  const isShort = exponent >= -4 && exponent < digits;
  const plain = isShort ? toFixed(number, digits - 1 - exponent) : text;
  return withExponent(
    plain.replace(/\.?0+(?=e|$)/, (zeros) => (plain.includes('.') ? '' : zeros)),
    letter,
  );
}
