import { CommandError } from '../../errors.ts';
import type { CommandResult } from '../../model/host.ts';
import type { InventoryHost } from '../../model/inventory.ts';
import type { Transport } from '../../transports/transport.ts';
import { cleanOwner } from './owner.ts';
import { parseTransactionResult, type TransactionOutcome } from './transaction-result.ts';
import { endScript, transactionFolder } from './transaction-script.ts';
import { finishScript, type UnfinishedCommit, unfinishedCommits } from './unfinished-commit.ts';

/** State of an unfinished transaction on its host. */
export interface GuardStatus {
  readonly host: string;
  /** `none`: no transaction. `armed`: applied, and undone at its deadline unless somebody confirms it. */
  readonly state: 'none' | 'staging' | 'applying' | 'armed' | 'rolling back' | 'committing' | 'finishing';
  readonly id?: string | undefined;
  /** The run that started it. */
  readonly owner?: string | undefined;
  /** Seconds until the host undoes it. Set once its first step has begun. */
  readonly secondsLeft?: number | undefined;
  /** Its guard was dead and has been started again. */
  readonly wasGuardDead?: true | undefined;
  /** Commits that a power cut interrupted between two files. The next run finishes them. */
  readonly unfinished: readonly UnfinishedCommit[];
}

/** Actions on an unfinished transaction. */
export type GuardAction = 'confirm' | 'rollback' | 'clear';

export interface GuardOptions {
  readonly transport: Transport;
  /** Milliseconds for TCP, handshake and login. Default: 10 s. */
  readonly connectTimeout?: number | undefined;
  readonly signal?: AbortSignal;
}

export interface ClearOptions extends GuardOptions {
  /** Removes a transaction even if it has something to undo, which is then lost. */
  readonly force?: boolean | undefined;
}

/** Reads whether a transaction is in progress on a host. */
export async function readGuard(host: InventoryHost, options: GuardOptions): Promise<GuardStatus> {
  const { stdout, stderr, code } = await execOn(options, statusScript);
  if (code !== 0) throw new CommandError(`${host.name} does not tell its transaction: ${cleanOwner(stderr)}`);
  return toStatus(host.name, stdout);
}

/** The result of an action. */
export interface GuardEnd {
  /** True if the host is now as the action intends, also if there was no transaction. */
  readonly isDone: boolean;
  readonly sentence: string;
}

/**
 * Ends an unfinished transaction of an earlier run. `confirm` keeps the change and puts its files in place, `rollback` undoes it at once. `clear` drops a
 * commit that cannot be finished; with `force` it also drops a transaction that has something to undo.
 */
export async function endGuard(
  host: InventoryHost,
  action: GuardAction,
  options: ClearOptions,
): Promise<GuardEnd> {
  const status = await readGuard(host, options);
  if (action === 'clear') return await clear(status, options);
  const { state, id } = status;
  if (state === 'none' || id === undefined) return { isDone: true, sentence: 'no transaction' };
  const script = endScript(id, action === 'confirm' ? 'commit' : 'rollback', patience);
  const { outcome, undoErrors } = parseTransactionResult((await execOn(options, script)).stdout);
  const failures = undoErrors === 0 ? '' : `, but ${String(undoErrors)} of its steps could not be taken back`;
  return {
    isDone: wanted[action].includes(outcome) && undoErrors === 0,
    sentence: `transaction ${id} ${endings[outcome] ?? `is ${outcome}`}${failures}`,
  };
}

/** Seconds for which one exec waits for the end; the host continues after that. */
const patience = 240;

async function clear(status: GuardStatus, options: ClearOptions): Promise<GuardEnd> {
  const { state, id, unfinished } = status;
  if (state !== 'none') {
    const name = `transaction ${id ?? 'without a name'}`;
    if (options.force !== true) {
      return {
        isDone: false,
        sentence: `${name} is ${state}, and has something to undo: confirm it or roll it back; --force drops it, and nothing undoes it then`,
      };
    }
    await execOn(options, forceScript(id));
    return {
      isDone: true,
      sentence: `dropped ${name}: what it did to the kernel stays, its files are as they were`,
    };
  }
  if (unfinished.length === 0) return { isDone: true, sentence: 'no transaction' };
  for (const commit of unfinished) await execOn(options, finishScript(commit, 'clear'));
  const files = unfinished.flatMap((commit) => commit.files).join(', ');
  return { isDone: true, sentence: `dropped an unfinished commit: ${files} stay as they are` };
}

/** Ends the processes at work, then frees the token. Backups stay. */
function forceScript(id: string | undefined): string {
  return `[ ! -e ${transactionFolder(id ?? '-')}/transaction ] || sh ${transactionFolder(id ?? '-')}/transaction drop </dev/null
`;
}

const wanted: Readonly<Record<Exclude<GuardAction, 'clear'>, readonly TransactionOutcome[]>> = {
  confirm: ['committed'],
  rollback: ['rolled-back', 'cancelled'],
};

const endings: Readonly<Partial<Record<TransactionOutcome, string>>> = {
  applying: 'is not applied yet, so it cannot be confirmed',
  cancelled: 'is cancelled before its first step',
  committed: 'is confirmed, and its files are in place',
  committing: `is still being confirmed after ${String(patience)} s; the host goes on`,
  'failed-accept': 'is rolled back, since its files were not accepted',
  'failed-commit': 'is rolled back, since its files could not be put in place',
  'failed-settle': 'is rolled back, since a step could not be settled',
  'failed-step': 'is rolled back, since a step failed',
  'rolled-back': 'is rolled back',
  rolling: `is still being rolled back after ${String(patience)} s; the host goes on`,
  staging: 'is not applied yet, so it cannot be confirmed',
  unknown: 'is forgotten: the host was restarted',
};

const statusScript = `${unfinishedCommits.script}
set -- /run/kvmplay/token.*
[ -e "$1" ] || exit 0
printf 'token %s\\n' "\${1##*/}"
case $1 in */token.free.*) exit 0 ;; esac
id=\${1#*/token.*.}; id=\${id%%.*}
is_ours /run/kvmplay && is_ours "/run/kvmplay/$id" && cd "/run/kvmplay/$id" 2>/dev/null || exit 0
{ read -r owner < owner; } 2>/dev/null
printf 'owner %s\\n' "$owner"
for name in deadline.*; do printf '%s\\n' "$name"; done
read -r uptime rest < /proc/uptime
printf 'uptime %s\\n' "\${uptime%.*}"
sh ./transaction status </dev/null
`;

function toStatus(host: string, output: string): GuardStatus {
  const [, phase = 'free', id] = /^token token\.([a-z]+)\.([\w-]+)\./m.exec(output) ?? [];
  const unfinished = unfinishedCommits.parse(output);
  const state = states[phase];
  if (state === undefined) return { host, state: 'none', unfinished };
  const owner = cleanOwner(/^owner (.*)$/m.exec(output)?.[1] ?? '');
  const deadline = /^deadline\.(\d+)$/m.exec(output)?.[1];
  const uptime = /^uptime (\d+)$/m.exec(output)?.[1];
  const secondsLeft =
    deadline === undefined || uptime === undefined
      ? undefined
      : Math.max(0, Number(deadline) - Number(uptime));
  return {
    host,
    state,
    id,
    owner: owner || undefined,
    secondsLeft,
    wasGuardDead:
      /^guard dead$/m.test(output) && phase !== 'staging' && phase !== 'finishing' ? true : undefined,
    unfinished,
  };
}

const states: Readonly<Record<string, Exclude<GuardStatus['state'], 'none'>>> = {
  staging: 'staging',
  applying: 'applying',
  applied: 'armed',
  rolling: 'rolling back',
  committing: 'committing',
  finishing: 'finishing',
};

async function execOn(options: GuardOptions, script: string): Promise<CommandResult> {
  const { transport, connectTimeout, signal } = options;
  const connection = await transport.connect({ signal, timeout: connectTimeout });
  try {
    return await connection.exec(script, { signal, timeout: (patience + 60) * 1000 });
  } finally {
    await connection.close();
  }
}
