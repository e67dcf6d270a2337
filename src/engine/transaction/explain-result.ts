import { CommandError, HostLockedError, type KvmplayError } from '../../errors.ts';
import type { Change } from '../../model/change.ts';
import { formatCommand } from '../../model/command.ts';
import type { ChangeKinds } from './change-kinds.ts';
import { cleanOwner } from './owner.ts';
import type { TransactionResult } from './transaction-result.ts';
import type { GuardedWork, TransactionWork } from './transaction-work.ts';

/** The reason for undoing a change. */
export interface Failure {
  readonly cause: string;
  readonly details: readonly string[];
  /** The change that failed. */
  readonly change?: Change | undefined;
}

/** Returns the error of a transaction that was refused before it began; undefined if it began. */
export function refusalOf(
  host: string,
  work: TransactionWork,
  result: TransactionResult,
): KvmplayError | undefined {
  const path = work.files[Number(result.words[0])]?.path ?? '';
  const printed = result.lines.join(' ');
  switch (result.outcome) {
    case 'locked':
      return lockedError(host, cleanOwner(printed));
    case 'outdated':
      return outdatedError(host);
    case 'cancelled':
      return new CommandError(`the change of ${host} was cancelled before it began; nothing was changed`);
    case 'failed-guard':
      return new CommandError(`no guard could be started on ${host}; nothing was changed`);
    case 'conflict':
      return new CommandError(`${path} of ${host} changed since it was read; nothing was changed`);
    case 'failed-stage':
      return new CommandError(`${path} of ${host} cannot be written: ${printed}; nothing was changed`);
    case 'failed-backup':
      return new CommandError(
        `/var/lib/kvmplay of ${host} cannot be written: ${printed}; nothing was changed`,
      );
    case 'failed-snapshot':
      return new CommandError(`/run/kvmplay of ${host} cannot be written; nothing was changed`);
    case 'failed-launch':
      if (result.words[0] === 'not-ours') {
        return new CommandError(
          `${cleanOwner(result.words[1] ?? '')} of ${host} belongs to another user, or others may write there, so nothing in it can be trusted; nothing was changed`,
        );
      }
      if (result.words[0] === 'no-token') return foreignError(host);
      return new CommandError(`/run/kvmplay of ${host} cannot be written; nothing was changed`);
    case 'unknown':
    case 'staging':
    case 'applying':
    case 'applied':
    case 'committing':
    case 'rolling':
    case 'committed':
    case 'failed-accept':
    case 'failed-commit':
    case 'failed-settle':
    case 'failed-step':
    case 'rolled-back':
      return undefined;
  }
}

/** Builds the error for a host locked by another transaction. */
export function lockedError(host: string, owner: string): HostLockedError {
  return new HostLockedError(
    `${host} is being changed by ${owner || 'another run'} (\`kvmplay guard list\` shows it); nothing was changed`,
  );
}

/** Builds the error for a host where another version of kvmplay works or worked. */
export function foreignError(host: string): CommandError {
  return new CommandError(
    `/run/kvmplay of ${host} was not made by this version: remove it when no other run is under way; nothing was changed`,
  );
}

/** Builds the error for a host whose state changed after planning. */
export function outdatedError(host: string): HostLockedError {
  return new HostLockedError(
    `${host} was changed by another run since it was looked at: run it again; nothing was changed`,
  );
}

/** Explains a result that is not a success. */
export function explainResult(
  work: GuardedWork,
  { outcome, words, lines }: TransactionResult,
  kinds: ChangeKinds,
): Failure {
  const details = lines.map((line) => line.trim());
  switch (outcome) {
    case 'failed-step': {
      const step = findStep(work, words, { part: 'run', kinds });
      if (step === undefined) return { cause: 'a step did not work', details };
      return { cause: `${step.text} ended with ${String(words[2])}`, details, change: step.change };
    }
    case 'failed-settle': {
      const step = findStep(work, words, { part: 'settle', kinds });
      if (step === undefined) return { cause: 'a step could not be settled', details };
      return { cause: `${step.text} ended with ${String(words[2])}`, details, change: step.change };
    }
    case 'failed-accept': {
      const command = work.accept?.[Number(words[0])];
      const text = command === undefined ? 'who reads the files' : `\`${formatCommand(command)}\``;
      return { cause: `${text} does not take the files, and ended with ${String(words[1])}`, details };
    }
    case 'failed-commit':
      return { cause: explainFile(work.files[Number(words[0])]?.path ?? 'a file', words), details };
    case 'rolled-back': {
      const step = findStep(work, words.slice(1), { part: 'run', kinds });
      if (step !== undefined) {
        const end = words[0] === 'guard' ? 'the guard undid the change' : 'somebody rolled the change back';
        return {
          cause: `${step.text} had not ended when ${end}`,
          details: [...details, '--confirm-timeout gives it more time'],
          change: step.change,
        };
      }
      return {
        cause:
          words[0] === 'guard'
            ? 'the guard undid the change before it was confirmed'
            : 'somebody rolled the change back before it was confirmed',
        details,
      };
    }
    case 'staging':
    case 'applying':
    case 'rolling':
    case 'committing':
      return {
        cause: `the transaction is still ${outcome} on the host, which ends it`,
        details: ['`kvmplay guard list` shows it'],
      };
    case 'unknown':
      return { cause: 'the host forgot the change: it was restarted', details };
    case 'applied':
    case 'committed':
    case 'cancelled':
    case 'conflict':
    case 'failed-backup':
    case 'failed-guard':
    case 'failed-launch':
    case 'failed-snapshot':
    case 'failed-stage':
    case 'locked':
    case 'outdated':
      return { cause: `the transaction is ${outcome}`, details };
  }
}

function explainFile(path: string, [, why]: readonly string[]): string {
  return why === 'edited'
    ? `${path} was changed by somebody else before the commit`
    : `${path} cannot be put in place`;
}

/** Finds the command that a result names by step and command number. */
function findStep(
  { steps }: TransactionWork,
  [at, place]: readonly string[],
  { part, kinds }: { readonly part: 'run' | 'settle'; readonly kinds: ChangeKinds },
): { readonly text: string; readonly change: Change | undefined } | undefined {
  const step = steps[Number(at ?? -1)];
  const command = step?.[part]?.[Number(place ?? -1)];
  if (step === undefined || command === undefined) return undefined;
  const [change] = step.brings;
  const title = change === undefined ? '' : `${kinds.kindOf(change).describe(change)}: `;
  return { text: `${title}\`${formatCommand(command)}\``, change };
}
