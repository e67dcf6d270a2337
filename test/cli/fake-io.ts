import type { CliIo } from '../../src/cli/io.ts';
import { Secrets } from '../../src/model/secrets.ts';

export interface FakeIo extends CliIo {
  /** What was written so far. */
  readonly written: { stdout: string; stderr: string };
}

/** What a user would see of a command that runs in this process. */
export function fakeIo(overrides: Partial<CliIo> = {}): FakeIo {
  const written = { stdout: '', stderr: '' };
  return {
    written,
    stdout: { write: (text) => void (written.stdout += text), isTTY: false },
    stderr: { write: (text) => void (written.stderr += text), isTTY: false },
    env: {},
    cwd: process.cwd(),
    signal: new AbortController().signal,
    askSecret: () => Promise.reject(new Error('nobody is there')),
    secrets: new Secrets(),
    isInteractive: false,
    ask: () => Promise.reject(new Error('nobody is there')),
    ...overrides,
  };
}
