import { readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, resolve } from 'node:path';
import type { CliIo } from '../io.ts';
import { inFolder } from '../paths.ts';
import { configName, findConfigFile } from '../settings/find-config-file.ts';
import { findAnsibleCfg } from './find-ansible-cfg.ts';
import { readAnsibleCfg } from './read-ansible-cfg.ts';

/** Names the inventory that Ansible would use when called without one, and the option that gives it to kvmplay. */
export function inventoryHints(io: CliIo): readonly string[] {
  const named = io.env['ANSIBLE_INVENTORY'] ?? '';
  if (named !== '')
    return [`ANSIBLE_INVENTORY names it for Ansible: say -i ${named}, or KVMPLAY_INVENTORY=${named}`];
  const cfg = findAnsibleCfg(io);
  const setting = cfg === undefined ? undefined : inventoryOf(cfg);
  if (cfg === undefined || setting === undefined) {
    return isThere('/etc/ansible/hosts')
      ? ['Ansible reads /etc/ansible/hosts where nothing else is said: say -i /etc/ansible/hosts']
      : [];
  }
  const file = inFolder(cfg, io.cwd);
  const sources = setting.value
    .split(',')
    .map(
      (source) =>
        `-i ${inFolder(resolve(dirname(cfg), source.trim().replace(/^~(?=\/)/, io.env['HOME'] ?? homedir())), io.cwd)}`,
    )
    .join(' ');
  const call = dirname(cfg) === io.cwd && file === 'ansible.cfg' ? '' : `ANSIBLE_CONFIG=${file} `;
  return findConfigFile(io) === undefined
    ? [
        `${file}:${setting.line} has ${setting.key} = ${setting.value}, which kvmplay does not read: say ${sources}`,
        `or make it a ${configName}, once: ${call}kvmplay init`,
      ]
    : [`${file}:${setting.line} has ${setting.key} = ${setting.value}, and ${configName} has no inventory`];
}

function inventoryOf(cfg: string): ReturnType<typeof readAnsibleCfg>[number] | undefined {
  try {
    return readAnsibleCfg(readFileSync(cfg, 'utf8')).findLast(
      ({ section, key, value }) => section === 'defaults' && key === 'inventory' && value !== '',
    );
  } catch {
    // An ansible.cfg that cannot be read gives no hint: it belongs to another program.
    return undefined;
  }
}

function isThere(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}
