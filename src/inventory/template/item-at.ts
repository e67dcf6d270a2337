import { toText } from './python-text.ts';
import { defined, Undefined } from './template-error.ts';
import { describe, isMapping, LazyMapping } from './values.ts';

/** An own member of a mapping or list. Members of JavaScript's objects cannot be reached. */
export function itemAt(target: unknown, key: unknown): unknown {
  if (target instanceof Undefined) return target;
  defined(key);
  if (target instanceof LazyMapping) {
    const name = toText(key);
    return target.get(name) ?? new Undefined(`takes ${name} of a mapping that has none`);
  }
  if (typeof key === 'number' && (Array.isArray(target) || typeof target === 'string')) {
    const items = typeof target === 'string' ? Array.from(target) : (target as readonly unknown[]);
    const index = key < 0 ? items.length + key : key;
    return index in items
      ? items[index]
      : new Undefined(`takes item ${key} of ${describe(target)} that has ${items.length}`);
  }
  const name = toText(key);
  if (isMapping(target) && Object.hasOwn(target, name)) return target[name];
  return new Undefined(`takes ${name} of ${describe(target)} that has none`);
}
