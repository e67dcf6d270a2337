/**
 * Describes differences of two snapshots, as sentences: `route: default via 10.0.0.1 dev br0 is missing`. For a line that was altered it names the altered
 * words: `link br0: was "ageing_time 30000", is "ageing_time 0"`.
 */
export function lineDifferences(gone: readonly string[], come: readonly string[]): readonly string[] {
  const unpaired = [...come];
  const ofGone = gone.map((line) => {
    const at = unpaired.findIndex((other) => isAbout(other) === isAbout(line));
    const [other] = at === -1 ? [] : unpaired.splice(at, 1);
    return other === undefined ? `${line} is missing` : alteration(line, other);
  });
  return [...ofGone, ...unpaired.map((line) => `${line} is new`)];
}

/** Returns subject and first word: `link br0: bridge`. Routes and rules have none, so each is on its own. */
function isAbout(line: string): string {
  return /^(?:link|bridge port) \S+: [^\s<]*/.exec(line)?.[0] ?? line;
}

function alteration(was: string, is: string): string {
  const [before, after] = [was.split(' '), is.split(' ')];
  const subject = before.findIndex((word) => word.endsWith(':')) + 1;
  let start = subject;
  while (start < Math.min(before.length, after.length) && before[start] === after[start]) start += 1;
  let end = 0;
  while (
    end < Math.min(before.length, after.length) - start &&
    before[before.length - 1 - end] === after[after.length - 1 - end]
  ) {
    end += 1;
  }
  // The preceding word names the value.
  const from = Math.max(subject, start - 1);
  const part = (words: readonly string[]): string => words.slice(from, words.length - end).join(' ');
  return `${before.slice(0, subject).join(' ')} was "${part(before)}", is "${part(after)}"`;
}
