import type { InventoryHost } from '../../model/inventory.ts';
import type { Transport } from '../../transports/transport.ts';
import { cleanOwner } from './owner.ts';
import { parseTransactionResult, type TransactionOutcome } from './transaction-result.ts';
import { endScript, transactionFolder } from './transaction-script.ts';

/** What a transaction that has not ended looks like on its host. */
export interface GuardStatus {
  readonly host: string;
  /** `none`: no transaction. `stale`: its lock is there, but nothing on the host will end it. */
  readonly state: 'none' | 'armed' | 'rolling back' | 'committing' | 'stale';
  readonly id?: string;
  /** Who began it. */
  readonly owner?: string;
  /** Seconds until the host undoes it; of an armed one. */
  readonly secondsLeft?: number;
  /** A power cut stopped the commit of an earlier transaction between two files; the next run finishes it. */
  readonly hasUnfinishedCommit: boolean;
}

/** What can be done about a transaction that has not ended. */
export type GuardAction = 'confirm' | 'rollback' | 'clear';

export interface GuardOptions {
  readonly transport: Transport;
  /** Milliseconds for TCP, handshake and login; default 10 s. */
  readonly connectTimeout?: number | undefined;
  readonly signal?: AbortSignal;
}

/** Looks whether a transaction is under way on a host. */
export async function readGuard(host: InventoryHost, options: GuardOptions): Promise<GuardStatus> {
  return toStatus(host.name, await execOn(options, statusScript));
}

/** What came of an action. */
export interface GuardEnd {
  /** Whether the host is now as the action would have it; also when there was no transaction to end. */
  readonly isDone: boolean;
  readonly sentence: string;
}

/**
 * Ends what an earlier run left: `confirm` keeps the change and puts its files in place, `rollback` undoes it at once,
 * `clear` removes a lock that nothing will remove.
 */
export async function endGuard(
  host: InventoryHost,
  action: GuardAction,
  options: GuardOptions,
): Promise<GuardEnd> {
  const { state, id } = await readGuard(host, options);
  if (state === 'none') return { isDone: true, sentence: 'no transaction' };
  const name = id === undefined ? 'a transaction without a name' : `transaction ${id}`;
  if (action === 'clear') {
    if (state !== 'stale')
      return { isDone: false, sentence: `${name} is ${state}: it can be confirmed or rolled back` };
    await execOn(options, `rm -rf /run/kvmplay/active ${id === undefined ? '' : transactionFolder(id)}\n`);
    return { isDone: true, sentence: `removed the lock of ${name}` };
  }
  if (id === undefined || state === 'stale') {
    return { isDone: false, sentence: `${name} is stale: nothing is left that could end it but guard clear` };
  }
  const { outcome, undoErrors } = parseTransactionResult(
    await execOn(options, endScript(id, action === 'confirm' ? 'commit' : 'rollback')),
  );
  const failures = undoErrors === 0 ? '' : `, but ${String(undoErrors)} of its steps could not be taken back`;
  return {
    isDone: outcome === wanted[action] && undoErrors === 0,
    sentence: `${name} ${endings[outcome] ?? `is ${outcome}`}${failures}`,
  };
}

const wanted: Readonly<Record<Exclude<GuardAction, 'clear'>, TransactionOutcome>> = {
  confirm: 'committed',
  rollback: 'rolled-back',
};

const endings: Readonly<Partial<Record<TransactionOutcome, string>>> = {
  committed: 'is confirmed, and its files are in place',
  'rolled-back': 'is rolled back',
  'failed-commit': 'is rolled back, since its files could not be put in place',
  'failed-accept': 'is rolled back, since who reads its files does not take them',
  'failed-settle': 'is rolled back, since a step could not be settled',
  unknown: 'did not end within 30 s',
};

const statusScript = `folder=none
if [ -d /run/kvmplay/active ]; then
  read -r id < /run/kvmplay/active/id
  read -r owner < /run/kvmplay/active/owner
  printf 'id %s\\nowner %s\\n' "$id" "$owner"
  folder=/run/kvmplay/$id
fi 2>/dev/null
[ ! -e /var/lib/kvmplay/unfinished ] || echo unfinished
[ "$folder" != none ] || exit 0
if [ -e "$folder/rolling" ]; then echo 'state rolling back'; exit 0; fi
if [ -e "$folder/committing" ]; then echo 'state committing'; exit 0; fi
if [ -e "$folder/armed" ] && read -r deadline < "$folder/deadline" && read -r uptime rest < /proc/uptime; then
  left=$((deadline - \${uptime%.*}))
  # Far past its time the guard is dead.
  if [ "$left" -gt -30 ]; then printf 'state armed\\nleft %s\\n' "$left"; exit 0; fi
fi 2>/dev/null
# Applying has not begun, or nothing is left that could end it.
if [ -e "$folder/transaction" ] && [ ! -e "$folder/armed" ] && [ ! -e "$folder/result" ] && [ -n "$(find "$folder/transaction" -mmin -1 2>/dev/null)" ]; then
  echo 'state armed'
else
  echo 'state stale'
fi
`;

function toStatus(host: string, output: string): GuardStatus {
  const value = (key: string): string | undefined =>
    output
      .split('\n')
      .find((line) => line.startsWith(`${key} `))
      ?.slice(key.length + 1);
  const state =
    states.find((candidate) => candidate === value('state')) ??
    (value('id') === undefined ? 'none' : 'stale');
  const [owner, left] = [value('owner'), value('left')];
  // It becomes part of a path that is removed.
  const id = /^[\w-]+$/.exec(value('id') ?? '')?.[0];
  return {
    host,
    state,
    ...(id !== undefined && { id }),
    ...(owner !== undefined && { owner: cleanOwner(owner) }),
    ...(left !== undefined && { secondsLeft: Math.max(0, Number(left)) }),
    hasUnfinishedCommit: output.split('\n').includes('unfinished'),
  };
}

const states = ['armed', 'rolling back', 'committing', 'stale'] as const;

async function execOn(options: GuardOptions, script: string): Promise<string> {
  const { transport, connectTimeout, signal } = options;
  const limits = signal === undefined ? {} : { signal };
  const connection = await transport.connect({
    ...limits,
    ...(connectTimeout !== undefined && { timeout: connectTimeout }),
  });
  try {
    const { stdout } = await connection.exec(script, { ...limits, timeout: 60_000 });
    return stdout;
  } finally {
    await connection.close();
  }
}
