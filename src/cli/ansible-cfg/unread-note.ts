import { readFileSync } from 'node:fs';
import { isKvmplayError } from '../../errors.ts';
import { exitCodes } from '../exit-code.ts';
import type { CliIo } from '../io.ts';
import { inFolder } from '../paths.ts';
import { configVariable } from '../settings/environment.ts';
import { configName, findConfigFile } from '../settings/find-config-file.ts';
import { foreignVariables } from './foreign-environment.ts';
import { findProjectCfg } from './find-ansible-cfg.ts';
import { readAnsibleCfg } from './read-ansible-cfg.ts';
import { takeOver } from './take-over.ts';

/** Settings that never make a host unreachable. */
const harmless = new Set(['inventory', 'forks', 'verbosity', 'always', 'run', 'skip']);

/**
 * After unreachable hosts or a closed vault: names the variables of Ansible and the settings of an ansible.cfg that concern
 * it and that kvmplay does not read. Empty when there are none.
 */
export function unreadNote(
  ended: { readonly code: number } | { readonly error: unknown },
  io: CliIo,
): string {
  const matters = 'code' in ended ? mattersForHosts(ended.code) : mattersForVaults(ended.error);
  if (matters === undefined) return '';
  const variables = foreignVariables(io.env).filter(([theirs]) => matters(theirs.toLowerCase()));
  return [
    ...variables.map(([theirs, ours]) => `kvmplay: ${theirs} is not read: ${ours} says it here\n`),
    noteOnFile(matters, io),
  ].join('');
}

function noteOnFile(matters: Matters, io: CliIo): string {
  if (io.env[configVariable] !== undefined) return '';
  const cfg = findProjectCfg(io.cwd, io);
  if (cfg === undefined || findConfigFile(io) !== undefined) return '';
  const keys = keysOf(cfg).filter(matters);
  if (keys.length === 0) return '';
  return `kvmplay: ${inFolder(cfg, io.cwd)} is not read, which has ${keys.join(', ')}: kvmplay init makes a ${configName} of it\n`;
}

type Matters = (key: string) => boolean;

function mattersForHosts(code: number): Matters | undefined {
  const isAboutHosts = code === exitCodes.hostFailed || code === exitCodes.unreachable;
  return isAboutHosts ? (key) => !harmless.has(key) : undefined;
}

function mattersForVaults(error: unknown): Matters | undefined {
  const isAboutVaults = isKvmplayError(error) && /is encrypted with Ansible Vault/.test(error.message);
  return isAboutVaults ? (key) => key.includes('vault') : undefined;
}

function keysOf(cfg: string): readonly string[] {
  try {
    const all = takeOver(readAnsibleCfg(readFileSync(cfg, 'utf8')), (path) => path);
    return [...new Set(all.flatMap(({ setting, fate }) => (fate.kind === 'taken' ? [setting.key] : [])))];
  } catch {
    // An ansible.cfg that cannot be read gives no note: it belongs to another program.
    return [];
  }
}
