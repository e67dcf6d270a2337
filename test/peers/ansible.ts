import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll } from '@jest/globals';
import pLimit from 'p-limit';

const home = mkdtempSync(join(tmpdir(), 'kvmplay-ansible-'));
writeFileSync(join(home, 'ansible.cfg'), '');
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** Nothing of this machine's Ansible shows. */
export const ansibleEnvironment = {
  PATH: globalThis.process.env.PATH,
  HOME: home,
  LC_ALL: 'C.UTF-8',
  ANSIBLE_CONFIG: join(home, 'ansible.cfg'),
  ANSIBLE_NOCOLOR: '1',
  ANSIBLE_LOCALHOST_WARNING: 'false',
};

const limit = pLimit(2);

/** What a program of Ansible prints to stdout, called in a folder. */
export function ansible(program: string, args: readonly string[], cwd: string): Promise<string> {
  return limit(async () => {
    const { stdout } = await promisify(execFile)(`/usr/bin/${program}`, args, {
      cwd,
      env: ansibleEnvironment,
    });
    return stdout;
  });
}

/** The hosts that each pattern selects, in alphabetical order: one play per pattern tells them all at once. */
export async function ansibleHosts(
  options: readonly string[],
  patterns: readonly string[],
  cwd: string,
): Promise<readonly (readonly string[])[]> {
  const playbook = join(mkdtempSync(join(home, 'play-')), 'play.yml');
  writeFileSync(playbook, JSON.stringify(patterns.map((hosts) => ({ hosts, gather_facts: false }))));
  // The option is one of other programs only.
  const withoutFolder = options.filter(
    (_, index) => ![options[index], options[index - 1]].includes('--playbook-dir'),
  );
  const text = await ansible('ansible-playbook', [...withoutFolder, '--list-hosts', playbook], cwd);
  return text
    .split(/^ {2}play #/m)
    .slice(1)
    .map(hostLines);
}

/** The hosts that are in `all` and in a limit. */
export async function ansibleLimit(
  options: readonly string[],
  pattern: string,
  cwd: string,
): Promise<readonly string[]> {
  return hostLines(await ansible('ansible', ['all', ...options, '--limit', pattern, '--list-hosts'], cwd));
}

function hostLines(text: string): readonly string[] {
  const [, list = ''] = text.split(/^ *hosts \([0-9]+\):\n?/m);
  return list
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .sort();
}
