import { execFile } from 'node:child_process';

import { parseSshConfig, type SshConfigValues } from './parse-ssh-config.ts';

export interface SshAnswer {
  readonly values: SshConfigValues;
  /** The files of ssh_config that were read. */
  readonly files: readonly string[];
}

/** ssh did not take its arguments, or a file of ssh_config. */
export class SshRefusal extends Error {}

/** Asks the ssh program for its settings for a name and arguments. Undefined where there is no such program. Throws SshRefusal. */
export function askSsh(words: readonly string[], destination: string): Promise<SshAnswer | undefined> {
  return new Promise((resolve, reject) => {
    // -v: it names the files that it reads.
    const argv = ['-G', '-v', ...words, '--', destination];
    const child = execFile('ssh', argv, { timeout: 10_000 }, (error, stdout, stderr) => {
      const said = stderr.split(/\r?\n/);
      if (error === null) resolve({ values: parseSshConfig(stdout), files: filesOf(said) });
      else if (error.code === 'ENOENT') resolve(undefined);
      else reject(new SshRefusal(reasonOf(said) ?? error.message, { cause: error }));
    });
    child.stdin?.end();
  });
}

function filesOf(said: readonly string[]): readonly string[] {
  const files = said.map((line) => /^debug1: Reading configuration data (.+)$/.exec(line)?.[1]);
  return [...new Set(files.filter((file) => file !== undefined))];
}

function reasonOf(said: readonly string[]): string | undefined {
  return said.find((line) => line !== '' && !/^(debug\d|OpenSSH_|Pseudo-terminal)/.test(line));
}
