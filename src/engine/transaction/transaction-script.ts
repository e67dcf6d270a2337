import { quote } from '../../model/shell-quote.ts';
import { fileFunctions, fileLibrary, sweepFunction } from './file-script.ts';
import { proof, snapshotFunction } from './proof-script.ts';
import { runtime, tokenMaker } from './runtime.ts';
import { acceptFunction, stepFunctions, stepLibrary } from './step-script.ts';
import type { GuardedWork } from './transaction-work.ts';

export interface TransactionIdentity {
  /** Letters, digits and dashes. */
  readonly id: string;
  /** The run that owns the transaction, shown to others who meet the lock. */
  readonly owner: string;
  /** Seconds until the host undoes an unconfirmed change. */
  readonly confirmTimeout: number;
}

/** A script without this line was cut off by a full disk. */
const lastLine = 'main "$@"';

/** Returns the folder on the host for a transaction's script, journal and result. It is gone after a reboot. */
export function transactionFolder(id: string): string {
  return `/run/kvmplay/${id}`;
}

/** Needs of a launch besides the work. */
export interface LaunchOptions {
  /** Last ended transaction at the time of planning: a plan is valid for this state only. */
  readonly generation: string;
}

/**
 * Returns the script that launches a transaction in one exec. It stores the transaction's own script on the host, takes the token, starts the script
 * detached from this session, and waits for its result as long as the session lives.
 */
export function launchScript(
  work: GuardedWork,
  identity: TransactionIdentity,
  { generation }: LaunchOptions,
): string {
  const { id, owner } = identity;
  const folder = `/run/kvmplay-${id}`;
  // A full /run fails here, before anything has begun. printf is a shell builtin; a here-document would briefly be a file in /tmp where bash is sh, with the
  // contents of all files.
  return `umask 077
mkdir -p ${folder} &&
printf '%s' ${quote(transactionScript(work, identity))} > ${folder}/transaction
if [ $? = 0 ] && [ "$(tail -n 1 ${folder}/transaction)" = ${quote(lastLine)} ]; then
  sh ${folder}/transaction launch ${quote(owner)} ${quote(generation)}
else
  rm -rf ${folder}; echo 'outcome failed-launch'
fi
`;
}

/**
 * Prints the state of a transaction once it is applied or ended, or after `forResult` seconds. If applied, it also prints probes that still fail after
 * `forProbes` seconds: `probe 3 last value seen`.
 */
export function verifyScript(
  id: string,
  { forResult, forProbes }: { readonly forResult: number; readonly forProbes: number },
): string {
  const script = `${transactionFolder(id)}/transaction`;
  return `${unlessBegun(id)}
result=$(sh ${script} tell ${String(forResult)} </dev/null)
printf '%s\\n' "$result"
case $result in 'outcome applied'*) sh ${script} probe ${String(forProbes)} </dev/null ;; esac
`;
}

/**
 * Ends a transaction in one of two ways and prints its outcome, even if another process came first. Waits at most `seconds` for another process; that
 * process continues afterwards.
 */
export function endScript(id: string, way: 'commit' | 'rollback', seconds: number): string {
  const script = `${transactionFolder(id)}/transaction`;
  return `${unlessBegun(id)}
sh ${script} end ${way}
sh ${script} tell ${String(seconds)} </dev/null
`;
}

/** If somebody has asked how it ended, a transaction that is still being launched never begins. */
function unlessBegun(id: string): string {
  const folder = transactionFolder(id);
  return `if [ ! -e ${folder}/transaction ]; then
  (
umask 077
${tokenMaker}
make_token
mkdir ${folder} && true > ${folder}/outcome.cancelled
  ) 2>/dev/null
  if [ ! -e ${folder}/transaction ]; then echo 'outcome unknown'; exit 0; fi
fi`;
}

function transactionScript(
  { steps, files, accept = [], probes, snapshot }: GuardedWork,
  identity: TransactionIdentity,
): string {
  const functions = [
    ...steps.map((step, index) => stepFunctions(step, index)),
    acceptFunction(accept),
    snapshotFunction(snapshot),
    ...files.map((change, index) => fileFunctions(change, index, identity.id)),
    ...probes.map(({ script }, index) => `probe_${String(index)}() (\n${script}\n)`),
    sweepFunction(files),
  ];
  const required = probes.flatMap(({ isRequired }, index) => (isRequired === true ? [String(index)] : []));
  const optional = probes.flatMap(({ isRequired }, index) => (isRequired === true ? [] : [String(index)]));
  return `id=${quote(identity.id)}
steps=${String(steps.length)}
files=${String(files.length)}
timeout=${String(identity.confirmTimeout)}
required=${quote(required.join(' '))}
optional=${quote(optional.join(' '))}
${stepLibrary}
${fileLibrary}
${proof}
${runtime}
${functions.join('\n')}
${lastLine}`;
}
