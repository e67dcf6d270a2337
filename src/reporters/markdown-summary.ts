import type { HostSummary, RunSummary } from '../engine/events.ts';
import { playLabels } from './play-labels.ts';
import { printableLine } from '../model/printable.ts';
import { count, outcomeWord, seconds } from './style.ts';
import { countWorst, outcomesBySeverity } from './worst-outcomes.ts';

/** Longer tables are cut. */
const MOST_ROWS = 200;

/** Formats a run in GitHub's Markdown: a table of the hosts that were not ok, and the failures. */
export function formatMarkdownSummary({ hosts, checkMode, stopped }: RunSummary): string {
  const counts = countWorst(hosts);
  const sum = outcomesBySeverity
    .toReversed()
    .flatMap((outcome) =>
      counts[outcome] === 0 ? [] : [`${counts[outcome]} ${outcomeWord(outcome, checkMode)}`],
    );
  const mode = checkMode ? ' (check mode: nothing was changed)' : '';
  const told = hosts.filter(({ outcome }) => outcome !== 'ok');
  const plays = playLabels(hosts);
  const rows = told.toSorted((a, b) => rank(b) - rank(a)).slice(0, MOST_ROWS);
  return [
    `### kvmplay: ${sum.length === 0 ? 'no hosts' : sum.join(', ')}${mode}`,
    '',
    ...(stopped === undefined ? [] : [`Stopped in ${stopped.wave}: ${escape(stopped.reason)}`, '']),
    ...(rows.length === 0 ? [] : formatTable(rows, plays, checkMode)),
    ...(told.length > rows.length ? ['', `and ${count(told.length - rows.length, 'more host')}`] : []),
    '',
  ].join('\n');
}

function rank({ outcome }: HostSummary): number {
  return outcomesBySeverity.indexOf(outcome);
}

function formatTable(
  rows: readonly HostSummary[],
  plays: ReadonlyMap<number, string>,
  checkMode: boolean,
): readonly string[] {
  return [
    `| host | play | outcome | ${outcomeWord('changed', checkMode)} | seconds | why |`,
    '| --- | --- | --- | ---: | ---: | --- |',
    ...rows.map(({ host, play, playIndex, outcome, rollback, tasks, milliseconds, error }) => {
      const back =
        rollback === undefined ? '' : rollback === 'proved' ? ', rolled back' : ', ROLLBACK FAILED';
      const cells = [
        escape(host),
        escape(plays.get(playIndex) ?? play),
        `${outcomeWord(outcome, checkMode)}${back}`,
        String(tasks.changed),
        seconds(milliseconds),
        escape(error?.message ?? ''),
      ];
      return `| ${cells.join(' | ')} |`;
    }),
  ];
}

/** Escapes text of hosts: no markup, no end of a cell, no control characters. */
function escape(text: string): string {
  return printableLine(text)
    .replaceAll(/\s+/g, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll(/[\\`*_[\]|~@#]/g, (letter) => `\\${letter}`);
}
