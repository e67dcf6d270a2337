import type { Readable } from 'node:stream';

/** The progress of a connect by the log of ssh. */
export type OpenSshStep = 'tcp' | 'greeting' | 'handshake' | 'login';

/** The lines of ssh -v; of a long-lived connection only the last ones. */
export interface OpenSshLog {
  readonly lines: readonly string[];
  step(): OpenSshStep;
  /** The groups of the last line that matches. */
  last(pattern: RegExp): RegExpMatchArray | undefined;
  /** The lines that ssh prints without -v, too. */
  complaints(): readonly string[];
}

/** Answers questions about the lines of the log, also about lines that are added later. */
export function openSshLog(lines: readonly string[]): OpenSshLog {
  return {
    lines,
    step: () => steps.find(([, pattern]) => lines.some((line) => pattern.test(line)))?.[0] ?? 'tcp',
    last(pattern) {
      const line = lines.findLast((candidate) => pattern.test(candidate));
      return line?.match(pattern) ?? undefined;
    },
    complaints: () => lines.filter((line) => line.trim() !== '' && !chatter.test(line)),
  };
}

/** Only the last lines of a connection that lives for hours are kept. */
const mostLines = 1000;
/** A host that sends a greeting without an end. */
const longestLine = 16 * 1024;

/** Reads the log of an ssh as it comes. */
export function readOpenSshLog(stderr: Readable, onLine: (line: string) => void): OpenSshLog {
  const lines: string[] = [];
  let rest = '';
  const push = (line: string): void => {
    lines.push(line);
    if (lines.length > mostLines) lines.splice(0, mostLines / 2);
    onLine(line);
  };
  stderr.setEncoding('utf8').on('data', (chunk: string) => {
    const parts = (rest + chunk).split(/\r?\n/);
    rest = parts.pop() ?? '';
    for (const part of parts) push(part);
    if (rest.length > longestLine) {
      push(rest);
      rest = '';
    }
  });
  stderr.once('end', () => {
    if (rest !== '') push(rest);
  });
  return openSshLog(lines);
}

const steps: readonly (readonly [OpenSshStep, RegExp])[] = [
  ['login', /^debug1: SSH2_MSG_NEWKEYS received/],
  ['handshake', /^debug1: Remote protocol version /],
  ['greeting', /^debug1: Connection established\./],
];

const chatter =
  /^(debug\d: |OpenSSH_|Authenticated to |Authenticated using |Transferred: |Bytes per second: |Killed by signal |Warning: Permanently added )/;
