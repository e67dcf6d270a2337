import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import type { HostVars } from '../../model/host.ts';
import { vaultTextsIn } from '../../inventory/marked-text.ts';
import type { CliIo } from '../io.ts';
import { resolvePath } from '../paths.ts';
import type { Origin } from '../settings/setting.ts';
import { newRecordId } from './journal.ts';
import { movedVaultId } from '../hosts/vault.ts';
import type { RecordHeader } from './record.ts';
import { versionOfKvmplay } from '../version.ts';

/** The input of a record's header. */
export interface HeaderSource {
  readonly command: RecordHeader['command'];
  readonly playbooks: readonly string[];
  readonly inventory: readonly string[];
  readonly limit: string | undefined;
  readonly only?: readonly string[] | undefined;
  readonly extraVars: HostVars;
  readonly options: OptionRecord;
}

type OptionRecord = Readonly<Record<string, unknown>>;

/** Builds the header: everything needed to repeat the run, without secrets and without the command line itself. */
export function headerOf(source: HeaderSource, io: CliIo): RecordHeader {
  const { command, playbooks, inventory, limit, only, extraVars, options } = source;
  const now = performance.timeOrigin + performance.now();
  const names = Object.keys(extraVars);
  const isLeftOut = (name: string, value: unknown): boolean =>
    isSecret(name, value) || vaultTextsIn(value).length > 0 || io.secrets.foundIn(value).size > 0;
  return {
    type: 'record',
    format: 1,
    id: newRecordId(now),
    version: versionOfKvmplay(),
    command,
    playbooks: playbooks.map((file) => resolvePath(file, io.cwd)),
    inventory: inventory.map((source) => (isHostList(source, io.cwd) ? source : resolvePath(source, io.cwd))),
    limit,
    only,
    extraVars: Object.fromEntries(
      Object.entries(extraVars).filter(([name, value]) => !isLeftOut(name, value)),
    ),
    leftOut: names.filter((name) => isLeftOut(name, extraVars[name])),
    options: recordedOptions(options, io.cwd),
    startedAt: Math.floor(now),
    user: userName(io.env),
  };
}

/** True for `kvm1,kvm2`, which is not a file. */
function isHostList(source: string, cwd: string): boolean {
  return source.includes(',') && !existsSync(resolvePath(source, cwd));
}

/** Options that are not recorded; each run sets its own. */
const ofOneRun = new Set([
  'inventory',
  'limit',
  'extra-vars',
  'resume',
  'only-failed',
  'check',
  'diff',
  'output',
  'verbose',
  'detailed-exitcode',
  'list-hosts',
  'list-tasks',
  'list-tags',
  'step',
]);

/** List options that a resumed run inherits. */
const lists = new Set(['play', 'tags', 'skip-tags', 'vault-id', 'vault-password-file']);

const files = new Set([
  'private-key',
  'connection-password-file',
  'become-password-file',
  'vault-password-file',
  'ssh-config',
]);

function recordedOptions(options: OptionRecord, cwd: string): RecordHeader['options'] {
  return Object.fromEntries(
    Object.entries(options).flatMap(([name, value]): [string, RecordHeader['options'][string]][] => {
      if (ofOneRun.has(name)) return [];
      if (name === 'ssh-config' && value === 'none') return [[name, value]];
      const absolute = (text: string): string =>
        name === 'vault-id'
          ? movedVaultId(text, (path) => resolvePath(path, cwd))
          : files.has(name)
            ? resolvePath(text, cwd)
            : text;
      if (lists.has(name)) return [[name, (value as readonly string[]).map(absolute)]];
      if (typeof value === 'string') return [[name, absolute(value)]];
      return typeof value === 'boolean' || typeof value === 'number' ? [[name, value]] : [];
    }),
  );
}

/** Fills options that this command line does not give with those of the recorded run. */
export function withRecorded<V extends OptionRecord>(
  { options, origins }: { readonly options: V; readonly origins: Readonly<Record<string, Origin>> },
  recorded: RecordHeader['options'],
): V {
  const entries = Object.entries(recorded).filter(
    ([name]) => name in options && !ofOneRun.has(name) && origins[name] !== 'command line',
  );
  return { ...options, ...(Object.fromEntries(entries) as Partial<V>) };
}

const secretName = /pass|secret|token|credential|api_?key|private_?key(?!_file)/i;

/** True when the name of the variable, or of a field in it, looks like that of a secret. */
function isSecret(name: string, value: unknown): boolean {
  if (secretName.test(name)) return true;
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([key, inner]) => isSecret(key, inner));
}

function userName(env: CliIo['env']): string {
  try {
    return userInfo().username;
  } catch {
    // The user id has no name, as in containers.
    return env['USER'] ?? 'unknown';
  }
}
