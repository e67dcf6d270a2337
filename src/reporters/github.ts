import type { EventError, HostSummary, Reporter, RunEvent } from '../engine/events.ts';
import { plainReporter } from './plain.ts';
import { formatMarkdownSummary } from './markdown-summary.ts';
import { printable, withoutRunnerCommands } from '../model/printable.ts';
import { outcomeWord } from './style.ts';

/** Options of `githubReporter`. */
export interface GithubOptions {
  /** Writes to the log of a step of GitHub Actions. */
  readonly write: (text: string) => void;
  /** Takes the Markdown summary at the end of the run; default: no summary. */
  readonly writeSummary?: ((markdown: string) => void) | undefined;
  readonly diff: boolean;
  readonly verbose: number;
}

/**
 * Writes the log of a step of GitHub Actions: each host is a group to unfold, and each failure is an annotation at the line
 * of the playbook that caused it.
 */
export function githubReporter(options: GithubOptions): Reporter {
  const report = new GithubReport(options);
  let turn = Promise.resolve();
  return {
    onEvent(event) {
      turn = turn.then(() => report.take(event));
      return turn;
    },
  };
}

class GithubReport {
  readonly #options: GithubOptions;
  readonly #plain: Reporter;
  #checkMode = false;
  /** Text of the plain report about the current event. */
  #text = '';

  constructor(options: GithubOptions) {
    this.#options = options;
    const { diff, verbose } = options;
    const write = (text: string): void => void (this.#text += withoutRunnerCommands(text));
    this.#plain = plainReporter({ write, colour: false, diff, verbose, compact: true });
  }

  async take(event: RunEvent): Promise<void> {
    if (event.type === 'run.start') this.#checkMode = event.checkMode;
    await this.#plain.onEvent(event);
    const text = this.#text;
    this.#text = '';
    const { write, writeSummary } = this.#options;
    if (event.type === 'host.end' && event.outcome !== 'ok') {
      const word = outcomeWord(event.outcome, this.#checkMode);
      write(`${command('group', {}, `${event.host}  ${word}`)}${text}${command('endgroup', {}, '')}`);
    } else if (text !== '') {
      write(text);
    }
    if (event.type !== 'run.end') return;
    for (const host of event.summary.hosts) write(annotate(host));
    writeSummary?.(formatMarkdownSummary(event.summary));
  }
}

function annotate({ host, outcome, error }: HostSummary): string {
  if (outcome !== 'failed' && outcome !== 'unreachable') return '';
  const { message, place } = error ?? ({ message: outcome } as EventError);
  const [, file, line, col] = /^(.+):(\d+):(\d+)$/.exec(place ?? '') ?? [];
  const where = file === undefined ? {} : { file, line, col };
  return command('error', { title: `${host} ${outcome}`, ...where }, `${host}: ${message}`);
}

/** `::error title=kvm1,line=12::kvm1: no answer` */
function command(
  name: string,
  properties: Readonly<Record<string, string | undefined>>,
  text: string,
): string {
  const words = Object.entries(properties).map(
    ([key, value = '']) => `${key}=${escapeData(value).replaceAll(':', '%3A').replaceAll(',', '%2C')}`,
  );
  return `::${name}${words.length === 0 ? '' : ` ${words.join(',')}`}::${escapeData(text)}\n`;
}

function escapeData(text: string): string {
  return printable(text).replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}
