import type { ArithmeticOperator } from './syntax.ts';
import { toText } from './python-text.ts';
import { defined, TemplateError } from './template-error.ts';
import { compare, describe, Float, isEqual, itemsOf, numberOf } from './values.ts';

/** Python's `target[start:end:step]`. */
export function slice(target: unknown, bounds: readonly unknown[]): unknown {
  const items = itemsOf(target, 'takes a part');
  const [start, end, step = 1] = bounds.map((bound) =>
    bound === null ? undefined : (bound as number | undefined),
  );
  if ([start, end, step].some((bound) => bound !== undefined && typeof bound !== 'number') || step === 0) {
    throw new TemplateError('takes a part whose bounds should be numbers');
  }
  const clamp = (bound: number, low: number, high: number): number =>
    Math.min(Math.max(bound < 0 ? bound + items.length : bound, low), high);
  const first =
    step > 0 ? clamp(start ?? 0, 0, items.length) : clamp(start ?? items.length - 1, -1, items.length - 1);
  const limit =
    step > 0
      ? clamp(end ?? items.length, 0, items.length)
      : end === undefined
        ? -1
        : clamp(end, -1, items.length - 1);
  const part: unknown[] = [];
  for (let index = first; step > 0 ? index < limit : index > limit; index += step) part.push(items[index]);
  return typeof target === 'string' ? part.join('') : part;
}

const longestRange = 100_000;

/** Python's `range`. */
export function range(bounds: readonly unknown[]): readonly number[] {
  const numbers = bounds.map((bound) => numberOf(defined(bound)) ?? Number.NaN);
  const [start, end, step] =
    numbers.length < 2
      ? [0, numbers[0] ?? Number.NaN, 1]
      : [numbers[0] ?? 0, numbers[1] ?? 0, numbers[2] ?? 1];
  const length = Math.max(0, Math.ceil((end - start) / step));
  if (!Number.isInteger(start) || !Number.isInteger(step) || !(length <= longestRange)) {
    throw new TemplateError(
      `calls range with bounds that should be whole numbers, at most ${longestRange} of them`,
    );
  }
  return Array.from({ length }, (_, index) => start + index * step);
}

/** Python's `item in container`. */
export function contains(container: unknown, item: unknown): boolean {
  defined(container);
  if (typeof container === 'string') {
    if (typeof defined(item) !== 'string') throw new TemplateError(`looks for ${describe(item)} in a text`);
    return container.includes(item as string);
  }
  return itemsOf(container, 'looks into the items').some((other) => isEqual(other, item));
}

/** Evaluates a comparison. */
export function holds(operator: string, left: unknown, right: unknown): boolean {
  switch (operator) {
    case '==':
      return isEqual(left, right);
    case '!=':
      return !isEqual(left, right);
    case '<':
      return compare(defined(left), defined(right)) < 0;
    case '<=':
      return compare(defined(left), defined(right)) <= 0;
    case '>':
      return compare(defined(left), defined(right)) > 0;
    case '>=':
      return compare(defined(left), defined(right)) >= 0;
    default:
      throw new TemplateError(`uses ${operator}, which Jinja does not know`);
  }
}

/** Python's arithmetic, and Jinja's `~`. */
export function calculate(operator: ArithmeticOperator, left: unknown, right: unknown): unknown {
  if (operator === '~') return [left, right].map((part) => (part === null ? 'None' : toText(part))).join('');
  if (operator === '+') {
    if (typeof left === 'string' && typeof right === 'string') return left + right;
    if (Array.isArray(left) && Array.isArray(right)) return [...(left as unknown[]), ...(right as unknown[])];
  }
  const [a, b] = [numberOf(left), numberOf(right)];
  if (operator === '*' && b !== undefined && Number.isInteger(b) && !(right instanceof Float)) {
    const times = Math.max(0, Math.min(b, longestRange));
    if (typeof left === 'string') return left.repeat(times);
    if (Array.isArray(left)) return Array.from({ length: times }, () => left as readonly unknown[]).flat();
  }
  if (operator === '*' && a !== undefined && (typeof right === 'string' || Array.isArray(right)))
    return calculate('*', right, left);
  if (a === undefined || b === undefined) {
    throw new TemplateError(`calculates ${describe(left)} ${operator} ${describe(right)}`);
  }
  if (['/', '//', '%'].includes(operator) && b === 0) throw new TemplateError('divides by zero');
  const result = calculateNumbers(operator, a, b);
  const isFloat =
    operator === '/' ||
    (operator === '**' && b < 0) ||
    [left, right].some((side) => side instanceof Float) ||
    ![a, b].every(Number.isInteger);
  return isFloat ? new Float(result) : result;
}

function calculateNumbers(operator: Exclude<ArithmeticOperator, '~'>, a: number, b: number): number {
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return a / b;
    case '//':
      return Math.floor(a / b);
    case '%': {
      // Python's remainder has the sign of the divisor, also when it is nothing.
      const rest = a - b * Math.floor(a / b);
      return rest === 0 && b < 0 ? -0 : rest;
    }
    case '**':
      return a ** b;
  }
}
