import { statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { CliIo } from '../io.ts';
import { resolvePath } from '../paths.ts';

/** Returns the file that Ansible would read when called here; undefined when there is none. */
export function findAnsibleCfg(io: Pick<CliIo, 'cwd' | 'env'>): string | undefined {
  const files = [join(io.env['HOME'] ?? homedir(), '.ansible.cfg'), '/etc/ansible/ansible.cfg'];
  return findProjectCfg(io.cwd, io) ?? files.find(isFile);
}

/** Returns the ansible.cfg of a folder: the file that ANSIBLE_CONFIG names, else the one in the folder. */
export function findProjectCfg(folder: string, { cwd, env }: Pick<CliIo, 'cwd' | 'env'>): string | undefined {
  return [...named(env['ANSIBLE_CONFIG'], cwd), join(folder, 'ansible.cfg')].find(isFile);
}

/** `path` names the file or the folder that holds it. */
function named(path: string | undefined, cwd: string): readonly string[] {
  if (path === undefined || path === '') return [];
  const whole = resolvePath(path.replace(/^~(?=\/)/, homedir()), cwd);
  return [whole, join(whole, 'ansible.cfg')];
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}
