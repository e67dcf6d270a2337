import type { InventoryHost } from '../../model/inventory.ts';
import { toEventError } from '../event-error.ts';
import type { EventError, HostSummary } from '../events.ts';
import type { HostConnection } from '../connection/host-connection.ts';
import type { HostSession } from './host-session.ts';
import { connectionTo, costsOf, failedOutcome, type HostRun, transactorFor } from './run-host.ts';
import { remainders, undoTransactions } from './undo.ts';
import type { UndoneHost } from '../fleet/waves.ts';

export interface UndoHostOptions extends HostRun {
  /** Outcome and costs of the play on the host. */
  readonly summary: HostSummary;
  readonly session: HostSession;
  readonly reason: string;
}

/** Returns true if there are changes to undo, and all of them are known. */
export function isUndoable({ outcome, rollback }: HostSummary, session: HostSession): boolean {
  return session.transactions.length > 0 && outcome !== 'unreachable' && rollback !== 'failed';
}

/** Undoes the changes of a play on a host that has ended. Never rejects. */
export async function undoHost(host: InventoryHost, run: UndoHostOptions): Promise<UndoneHost> {
  const { options, summary, session } = run;
  const started = performance.now();
  let connection: HostConnection | undefined;
  let failure: unknown;
  try {
    connection = connectionTo(host, options);
    const transactor = transactorFor(host, connection, run);
    await transactor.uninterrupted(() => undoTransactions(session.transactions, transactor));
  } catch (error) {
    failure = error ?? new Error('the undo threw nothing');
  }
  await connection?.close();

  const costs = costsOf(connection, started);
  return {
    ...summary,
    ...(failure === undefined ? undone(run) : notUndone(failure)),
    connections: summary.connections + costs.connections,
    execs: summary.execs + costs.execs,
    milliseconds: summary.milliseconds + costs.milliseconds,
  };
}

type UndoOutcome = Pick<HostSummary, 'outcome' | 'rollback'> & { readonly error: EventError };

/** The outcome becomes that of a host that never started; a failure stays a failure. */
function undone({ summary, session, reason, options }: UndoHostOptions): UndoOutcome {
  const { outcome, error } = summary;
  const stays = [
    ...remainders(session.transactions, options.kinds),
    ...session.commands.map((command) => `stays: what \`${command}\` did`),
  ];
  const details = stays.length === 0 ? {} : { details: stays };
  if (outcome === 'failed' && error !== undefined) {
    return { outcome, rollback: 'proved', error: { ...error, ...details } };
  }
  return {
    outcome: 'skipped',
    rollback: 'proved',
    error: { code: 'KVMPLAY_UNDONE', message: `undone: ${reason}`, ...details },
  };
}

function notUndone(failure: unknown): UndoOutcome {
  const { code, message, details } = toEventError(failure, undefined);
  const sentence =
    code === 'KVMPLAY_ROLLED_BACK'
      ? `not undone, the undo was itself rolled back: ${message} the undo`
      : `not undone: ${message}`;
  return {
    outcome: failedOutcome(failure),
    rollback: 'failed',
    error: { code: 'KVMPLAY_NOT_UNDONE', message: sentence, ...(details !== undefined && { details }) },
  };
}
