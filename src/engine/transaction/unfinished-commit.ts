import type { Fact } from '../../model/fact.ts';
import { ownership } from './runtime.ts';

/** A commit, or its rollback, that a power cut interrupted. */
export interface UnfinishedCommit {
  /** Id of the transaction. */
  readonly id: string;
  /** Paths of its files. */
  readonly files: readonly string[];
  /** A file that somebody has changed since. The commit then cannot be finished. */
  readonly conflict?: string | undefined;
}

/** Asked with the first survey of a host; free of cost if there is none. */
export const unfinishedCommits: Fact<readonly UnfinishedCommit[]> = {
  name: 'unfinishedCommits',
  script: `${ownership}
for mark in /var/lib/kvmplay/2*/unfinished /var/lib/kvmplay/2*/restoring; do
  [ -e "$mark" ] || continue
  # The mark is a script, and we run it as root.
  for folder in /var/lib/kvmplay "\${mark%/*}"; do
    is_ours "$folder" || { printf '%s belongs to another user, or others may write there\\n' "$folder" >&2; exit 1; }
  done
  id=\${mark%/*}
  printf 'unfinished %s\\n' "\${id##*/}"
  sh "$mark" pending </dev/null
done`,
  parse: parseUnfinished,
  after: (value) => value,
  comparable: () => undefined,
  fake: () => [],
};

/** Puts the remaining files of an interrupted commit in place and prints an outcome. */
export function finishScript({ id }: UnfinishedCommit, way: '' | 'clear' = ''): string {
  const folder = `/var/lib/kvmplay/${id}`;
  return `for mark in ${folder}/unfinished ${folder}/restoring; do
  [ ! -e "$mark" ] || sh "$mark" finish ${way} </dev/null
done
`;
}

function parseUnfinished(output: string): readonly UnfinishedCommit[] {
  return output
    .split(/^unfinished /m)
    .slice(1)
    .map((text) => {
      const [id = '', ...lines] = text.split('\n');
      const files = lines.filter((line) => line.startsWith('file ')).map((line) => line.slice(5));
      const number = lines.find((line) => line.startsWith('conflict '))?.slice(9);
      return { id: id.replaceAll(/[^\w-]/g, ''), files, conflict: number && files[Number(number)] };
    });
}
