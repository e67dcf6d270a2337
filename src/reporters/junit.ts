import type { EventError, Reporter } from '../engine/events.ts';
import { allEndedHosts, type EndedHost, type EndedTask, endedTasks } from '../engine/fold/ended.ts';
import { RunFold } from '../engine/fold/fold-run.ts';
import type { FoldedRun } from '../engine/fold/folded-run.ts';
import { describeChange } from '../changes/index.ts';
import { playLabels } from './play-labels.ts';
import { outcomeWord } from './style.ts';

/** Options of `junitReporter`. */
export interface JunitOptions {
  readonly write: (text: string) => void;
}

/**
 * Writes JUnit's XML at the end of the run: a suite per play and host, with a case per task. A failed task is a failure, an
 * unreachable host an error.
 */
export function junitReporter({ write }: JunitOptions): Reporter {
  const fold = new RunFold();
  return {
    onEvent(event) {
      fold.onEvent(event);
      if (event.type === 'run.end') write(formatRun(fold.run));
    },
  };
}

type Verdict = 'passed' | 'failure' | 'error' | 'skipped';

interface TestCase {
  readonly name: string;
  readonly verdict: Verdict;
  /** The reason for any verdict but `passed`. */
  readonly message?: string | undefined;
  readonly details?: readonly string[] | undefined;
  readonly output?: readonly string[] | undefined;
  /** Set for a whole host only, because its tasks take effect together. */
  readonly milliseconds?: number | undefined;
}

interface Suite {
  /** Label of the play. */
  readonly play: string;
  readonly host: EndedHost;
  readonly cases: readonly TestCase[];
}

function formatRun(run: FoldedRun): string {
  const { startedAt = 0, endedAt = 0, checkMode, plays } = run;
  const labels = playLabels(plays);
  const suites = allEndedHosts(run).map((host): Suite => {
    const play = labels.get(host.playIndex) ?? host.play;
    return { play, host, cases: toCases(host, checkMode) };
  });
  const all = suites.flatMap(({ cases }) => cases);
  const attributes = {
    name: 'kvmplay',
    ...countVerdicts(all),
    time: toSeconds(endedAt - startedAt),
    timestamp: toTimestamp(startedAt),
  };
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${formatAttributes(attributes)}>`,
    ...suites.flatMap((suite) => formatSuite(suite, startedAt)),
    '</testsuites>',
    '',
  ].join('\n');
}

function formatSuite({ play, host, cases }: Suite, runStartedAt: number): readonly string[] {
  const { host: hostname, startedAt = runStartedAt, milliseconds } = host;
  const attributes = {
    name: `${play}: ${hostname}`,
    hostname,
    ...countVerdicts(cases),
    time: toSeconds(milliseconds),
    timestamp: toTimestamp(startedAt),
  };
  return [
    `  <testsuite${formatAttributes(attributes)}>`,
    ...cases.flatMap((testCase) => formatCase(testCase, play)),
    '  </testsuite>',
  ];
}

function toCases(host: EndedHost, checkMode: boolean): readonly TestCase[] {
  const tasks = endedTasks(host);
  const seen = new Map<string, number>();
  const cases = tasks.map((task): TestCase => {
    const title = `${host.host}: ${task.task} ${task.subject}`.trimEnd();
    const times = (seen.get(title) ?? 0) + 1;
    seen.set(title, times);
    // Readers of this format identify cases by name, so names are unique.
    return { name: times === 1 ? title : `${title} (${times})`, ...judgeTask(task, host, checkMode) };
  });
  const { error } = host;
  const isTold = error === undefined || tasks.some((task) => task.error?.message === error.message);
  if (isTold && cases.length > 0) return cases;
  const name = `${host.host}: host`;
  return [...cases, { name, ...judgeHost(host), milliseconds: host.milliseconds }];
}

function judgeTask(task: EndedTask, { outcome }: EndedHost, checkMode: boolean): Omit<TestCase, 'name'> {
  const { rolledBack, warnings, changes, error } = task;
  const word = outcomeWord(task.outcome, checkMode);
  const output = [
    ...warnings.map((warning) => `warning: ${warning}`),
    ...(changes.length === 0 ? [] : [word, ...changes.map((change) => `  ${describeChange(change)}`)]),
  ];
  if (task.outcome === 'failed') {
    return { verdict: outcome === 'unreachable' ? 'error' : 'failure', ...explain(error), output };
  }
  if (rolledBack) return { verdict: 'skipped', message: 'rolled back', output };
  if (task.outcome === 'skipped') return { verdict: 'skipped', message: 'skipped', output };
  return { verdict: 'passed', output };
}

function judgeHost({ outcome, error }: EndedHost): Omit<TestCase, 'name'> {
  switch (outcome) {
    case 'failed':
      return { verdict: 'failure', ...explain(error) };
    case 'unreachable':
      return { verdict: 'error', ...explain(error) };
    case 'skipped':
      return { verdict: 'skipped', ...explain(error) };
    case 'ok':
    case 'changed':
      return { verdict: 'passed', output: error === undefined ? [] : [error.message] };
  }
}

function explain(error: EventError | undefined): Pick<TestCase, 'message' | 'details'> {
  if (error === undefined) return {};
  const { message, place, details = [] } = error;
  return { message, details: [message, ...(place === undefined ? [] : [`at ${place}`]), ...details] };
}

function countVerdicts(cases: readonly TestCase[]): Readonly<Record<string, number>> {
  const count = (wanted: Verdict): number => cases.filter(({ verdict }) => verdict === wanted).length;
  return {
    tests: cases.length,
    failures: count('failure'),
    errors: count('error'),
    skipped: count('skipped'),
  };
}

function formatCase(
  { name, verdict, message, details = [], output = [], milliseconds }: TestCase,
  play: string,
): readonly string[] {
  const attributes = {
    classname: play,
    name,
    ...(milliseconds !== undefined && { time: toSeconds(milliseconds) }),
  };
  const why = { ...(message !== undefined && { message }) };
  const content = [
    ...(verdict === 'passed' ? [] : [formatElement(verdict, why, verdict === 'skipped' ? [] : details)]),
    ...(output.length === 0 ? [] : [formatElement('system-out', {}, output)]),
  ];
  const start = `    <testcase${formatAttributes(attributes)}`;
  return content.length === 0 ? [`${start}/>`] : [`${start}>`, ...content, '    </testcase>'];
}

function formatElement(
  name: string,
  attributes: Readonly<Record<string, string>>,
  lines: readonly string[],
): string {
  const start = `      <${name}${formatAttributes(attributes)}`;
  return lines.length === 0 ? `${start}/>` : `${start}>${escapeXml(lines.join('\n'))}</${name}>`;
}

function formatAttributes(attributes: Readonly<Record<string, string | number>>): string {
  return Object.entries(attributes)
    .map(([name, value]) => ` ${name}="${escapeXml(String(value)).replaceAll('\n', '&#10;')}"`)
    .join('');
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** XML 1.0 cannot hold most control characters and lone surrogates, not even as numbers. */
function escapeXml(text: string): string {
  return text
    .replace(/[^\t\n\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd')
    .replace(/[&<>"]/g, (letter) => entities[letter] ?? letter);
}

function toSeconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(3);
}

/** ISO 8601 in UTC without fraction and zone, as readers of this format expect. */
function toTimestamp(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 19);
}
