import type { Fact } from '../../model/fact.ts';

/** What a power cut left of a commit, or of one that was taken back. */
export interface UnfinishedCommit {
  /** The transaction. */
  readonly id: string;
  /** The paths of its files. */
  readonly files: readonly string[];
  /** The file that somebody has changed since: the commit cannot be finished. */
  readonly conflict?: string | undefined;
}

/** Asked with the first survey of a host; costs it nothing where there is none. */
export const unfinishedCommits: Fact<readonly UnfinishedCommit[]> = {
  name: 'unfinishedCommits',
  script: `for mark in /var/lib/kvmplay/2*/unfinished /var/lib/kvmplay/2*/restoring; do
  [ -e "$mark" ] || continue
  id=\${mark%/*}
  printf 'unfinished %s\\n' "\${id##*/}"
  sh "$mark" pending </dev/null
done`,
  parse: parseUnfinished,
  after: (value) => value,
  comparable: () => undefined,
  fake: () => [],
};

/** Puts the files in place that the interrupted commit had not reached; prints an outcome. */
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
