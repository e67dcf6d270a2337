import type { CommandResult } from '../../model/host.ts';
import type { Unanswered } from '../output/print-error.ts';
import { foldNames } from './fold-names.ts';
import { printable } from '../../model/printable.ts';

/** The output of a command on one host. */
export interface Answer extends CommandResult {
  readonly host: string;
}

export interface AnswerGroup {
  /** Hosts in the order of their answers. */
  readonly hosts: readonly string[];
  readonly answer: CommandResult;
}

/** Groups hosts with equal bytes of output and equal exit codes, largest group first. */
export function groupAnswers(answers: readonly Answer[]): readonly AnswerGroup[] {
  const groups = new Map<string, { hosts: string[]; answer: CommandResult }>();
  for (const { host, code, stdout, stderr } of answers) {
    const key = `${code} ${stdout.length} ${stdout}${stderr}`;
    const group = groups.get(key) ?? { hosts: [], answer: { code, stdout, stderr } };
    group.hosts.push(host);
    groups.set(key, group);
  }
  return [...groups.values()].sort((a, b) => b.hosts.length - a.hosts.length);
}

/** Formats an answer below its hosts' names. Lines of stderr follow those of stdout and are marked. */
export function formatAnswer(hosts: readonly string[], { code, stdout, stderr }: CommandResult): string {
  const who = hosts.length === 1 ? hosts.join('') : `${foldNames(hosts)} (${hosts.length} hosts)`;
  return [
    `${who}: exit code ${code}`,
    ...linesOf(stdout).map((line) => `  ${line}`.trimEnd()),
    ...linesOf(stderr).map((line) => `  stderr: ${line}`.trimEnd()),
  ].join('\n');
}

function linesOf(text: string): readonly string[] {
  return text === '' ? [] : printable(text.replace(/\n$/, '')).split('\n');
}

/** `4 hosts: 2 exit code 0, 1 exit code 2, 1 unreachable` */
export function summarize(answers: readonly Answer[], errors: readonly Unanswered[]): string {
  const counts = new Map<string, number>();
  const ends = [
    ...answers
      .map(({ code }) => code)
      .sort((a, b) => a - b)
      .map((code) => `exit code ${code}`),
    ...errors.map(({ outcome }) => outcome),
  ];
  for (const end of ends) counts.set(end, (counts.get(end) ?? 0) + 1);
  const parts = [...counts].map(([end, count]) => `${count} ${end}`);
  return `${ends.length} ${ends.length === 1 ? 'host' : 'hosts'}: ${parts.join(', ')}`;
}
