/** Freezes a value deeply; later writes throw TypeError. Returns the same value. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  const inner: unknown[] = value instanceof Map ? [...value.values()] : Object.values(value);
  if (value instanceof Map)
    Object.defineProperties(value, {
      set: { value: refuse },
      delete: { value: refuse },
      clear: { value: refuse },
    });
  Object.freeze(value);
  inner.forEach(deepFreeze);
  return value;
}

function refuse(): never {
  throw new TypeError('a task must not modify a map that a fact answered with');
}
