import { parseHostAddress } from './host-address.ts';

/** A range with more names is a typing error, not a fleet. */
const mostNames = 100_000;

export interface ExpandedHosts {
  readonly names: readonly string[];
  readonly port: number | undefined;
}

/** Expands `kvm[01:03]:2222` into three names and a port. Throws RangeError, with one sentence. */
export function expandHosts(pattern: string): ExpandedHosts {
  const { host, port } = parseHostAddress(pattern) ?? { host: pattern };
  return { names: expandHostRange(host), port };
}

/**
 * The names that a range stands for, as Ansible expands it: `kvm[01:03]` is kvm01, kvm02, kvm03; `kvm[a:c]`; `kvm[0:9:2]` with
 * a step; several ranges multiply. A name without a range stands for itself. Throws RangeError, with one sentence.
 */
export function expandHostRange(pattern: string): readonly string[] {
  const range = /^([^[]*)\[([^\][:]*:[^\][]*)\](.*)$/s.exec(pattern);
  if (range === null) {
    return [pattern];
  }
  const [, head = '', bounds = '', tail = ''] = range;
  const middles = expandBounds(bounds, pattern);
  const tails = expandHostRange(tail);
  if (middles.length * tails.length > mostNames) {
    throw new RangeError(`${pattern} stands for more than ${mostNames} hosts`);
  }
  return middles.flatMap((middle) => tails.map((rest) => head + middle + rest));
}

function expandBounds(bounds: string, pattern: string): readonly string[] {
  const [first = '', last = '', step = '1', ...more] = bounds.split(':');
  if (more.length > 0 || !/^[0-9]+$/.test(step) || Number(step) === 0) {
    throw new RangeError(`${pattern} is no range: [first:last] or [first:last:step] is one`);
  }
  if (/^[0-9]*$/.test(first) && /^[0-9]+$/.test(last)) {
    return expandNumbers(first === '' ? '0' : first, last, { step: Number(step), pattern });
  }
  if (/^[a-zA-Z]$/.test(first) && /^[a-zA-Z]$/.test(last)) {
    return expandLetters(first, last, { step: Number(step), pattern });
  }
  throw new RangeError(
    `${pattern} is no range: it should run from a number to a number or from a letter to a letter`,
  );
}

interface RangeOptions {
  readonly step: number;
  readonly pattern: string;
}

function expandNumbers(first: string, last: string, { step, pattern }: RangeOptions): readonly string[] {
  const isPadded = first.length > 1 && first.startsWith('0');
  if (isPadded && first.length !== last.length) {
    throw new RangeError(
      `${pattern} is no range: ${first} and ${last} should have the same number of digits`,
    );
  }
  const names = steps(Number(first), Number(last), { step, pattern });
  return names.map((number) => String(number).padStart(isPadded ? first.length : 0, '0'));
}

/** Lower-case letters stand before upper-case ones, as in Ansible. */
const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

function expandLetters(first: string, last: string, options: RangeOptions): readonly string[] {
  return steps(letters.indexOf(first), letters.indexOf(last), options).map((index) => letters.charAt(index));
}

function steps(first: number, last: number, { step, pattern }: RangeOptions): readonly number[] {
  if (first > last) {
    throw new RangeError(`${pattern} is no range: its first is after its last`);
  }
  const count = Math.floor((last - first) / step) + 1;
  if (!Number.isSafeInteger(last) || count > mostNames) {
    throw new RangeError(`${pattern} stands for more than ${mostNames} hosts`);
  }
  return Array.from({ length: count }, (_, index) => first + index * step);
}
