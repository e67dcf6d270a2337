/** Joins names and folds runs of numbers: `kvm1..kvm4, kvm7`. */
export function foldNames(names: readonly string[]): string {
  const runs: { first: string; last: string; length: number }[] = [];
  for (const name of names) {
    const run = runs.at(-1);
    if (run !== undefined && isNext(run.last, name)) {
      run.last = name;
      run.length += 1;
    } else {
      runs.push({ first: name, last: name, length: 1 });
    }
  }
  return runs.map(({ first, last, length }) => foldRun(first, last, length)).join(', ');
}

/** Two names stay as they are. */
function foldRun(first: string, last: string, length: number): string {
  if (length === 1) return first;
  return length === 2 ? `${first}, ${last}` : `${first}..${last}`;
}

/** True when `next` follows `name`: `kvm10` follows `kvm9`, and `kvm010` follows `kvm009`. Only the last number may differ. */
function isNext(name: string, next: string): boolean {
  const last = /(?<!\d)(\d+)(\D*)$/.exec(name);
  const [, digits, after] = last ?? [];
  if (last === null || digits === undefined) return false;
  const before = name.slice(0, last.index);
  const number = String(Number(digits) + 1);
  return (
    next === `${before}${digits.startsWith('0') ? number.padStart(digits.length, '0') : number}${after ?? ''}`
  );
}
