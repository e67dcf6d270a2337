import type { InventoryHost } from '../model/inventory.ts';
import type { Transport } from '../transports/transport.ts';
import { parseTransactionResult, type TransactionOutcome } from './transaction-result.ts';
import { endScript } from './transaction-script.ts';

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
  readonly connectTimeout?: number;
  readonly signal?: AbortSignal;
}

/** Looks whether a transaction is under way on a host. */
export async function readGuard(host: InventoryHost, options: GuardOptions): Promise<GuardStatus> {
  return toStatus(host.name, await execOn(options, statusScript));
}

/**
 * Ends what an earlier run left: `confirm` keeps the change and puts its files in place, `rollback` undoes it at once,
 * `clear` removes a lock that nothing will remove. Returns a sentence about what came of it.
 */
export async function endGuard(
  host: InventoryHost,
  action: GuardAction,
  options: GuardOptions,
): Promise<string> {
  const { state, id } = await readGuard(host, options);
  if (state === 'none') return `no transaction on ${host.name}`;
  if (action === 'clear') {
    if (state !== 'stale')
      return `the transaction ${id ?? ''} on ${host.name} is ${state}: confirm it or roll it back`;
    await execOn(options, `rm -rf /run/kvmplay/active ${id === undefined ? '' : `/run/kvmplay/${id}`}\n`);
    return `removed the lock of transaction ${id ?? 'without a name'} on ${host.name}`;
  }
  if (id === undefined || state === 'stale') return `the transaction on ${host.name} is stale: clear it`;
  const way = action === 'confirm' ? 'commit' : 'rollback';
  const { outcome } = parseTransactionResult(await execOn(options, endScript(id, way)));
  return `transaction ${id} on ${host.name}: ${endings[outcome] ?? outcome}`;
}

const endings: Readonly<Partial<Record<TransactionOutcome, string>>> = {
  committed: 'confirmed, its files are in place',
  'rolled-back': 'rolled back',
  'failed-commit': 'its files could not be put in place, so it was rolled back',
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
  const [id, owner, left] = [value('id'), value('owner'), value('left')];
  return {
    host,
    state,
    ...(id !== undefined && { id }),
    ...(owner !== undefined && { owner }),
    ...(left !== undefined && { secondsLeft: Math.max(0, Number(left)) }),
    hasUnfinishedCommit: output.split('\n').includes('unfinished'),
  };
}

const states = ['armed', 'rolling back', 'committing', 'stale'] as const;

async function execOn(options: GuardOptions, script: string): Promise<string> {
  const { transport, connectTimeout = 10_000, signal } = options;
  const limits = signal === undefined ? {} : { signal };
  const connection = await transport.connect({ ...limits, timeout: connectTimeout });
  try {
    const { stdout } = await connection.exec(script, { ...limits, timeout: 60_000 });
    return stdout;
  } finally {
    await connection.close();
  }
}
