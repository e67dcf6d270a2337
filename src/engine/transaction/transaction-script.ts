import { quote } from '../../model/shell-quote.ts';
import { fileFunctions, fileLibrary, sweepFunction } from './file-script.ts';
import { proof, snapshotFunction } from './proof-script.ts';
import { runtime } from './runtime.ts';
import { acceptFunction, stepFunctions, stepLibrary } from './step-script.ts';
import type { GuardedWork } from './transaction-work.ts';

export interface TransactionIdentity {
  /** Letters, digits and dashes. */
  readonly id: string;
  /** Who runs it, for the second operator who meets the lock. */
  readonly owner: string;
  /** Seconds until the host undoes what nobody confirmed. */
  readonly confirmTimeout: number;
}

/** A script that lacks it was cut off by a full disk. */
const lastLine = 'main "$@"';

/** Where a transaction keeps its script, journal and result on the host; gone after a reboot. */
export function transactionFolder(id: string): string {
  return `/run/kvmplay/${id}`;
}

/** What a launch needs besides the work. */
export interface LaunchOptions {
  /** The transaction that had ended last when the host was asked: a plan holds for this state only. */
  readonly generation: string;
}

/**
 * The script of the one exec that applies a transaction: leaves the transaction's own script on the host, has it take the
 * token, starts it apart from this session, and waits for its result as long as the session lives.
 */
export function launchScript(
  work: GuardedWork,
  identity: TransactionIdentity,
  { generation }: LaunchOptions,
): string {
  const { id, owner } = identity;
  const folder = `/run/kvmplay-${id}`;
  // A full /run is met here, where nothing has begun. printf is part of the shell: a here-document would be a file in /tmp for a
  // moment where bash is sh, with all that files hold.
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
 * Prints how a transaction stands once it is applied or has ended, or after `forResult` seconds; when it is applied, also
 * the probes that do not pass after `forProbes` seconds of trying: `probe 3 last value seen`.
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
 * Ends a transaction one way or the other and prints its outcome, whoever came first. Waits `seconds` at most for somebody
 * who is at it already; what they do goes on after that.
 */
export function endScript(id: string, way: 'commit' | 'rollback', seconds: number): string {
  const script = `${transactionFolder(id)}/transaction`;
  return `${unlessBegun(id)}
sh ${script} end ${way}
sh ${script} tell ${String(seconds)} </dev/null
`;
}

/** A transaction whose launch is still under way never begins once somebody has asked how it ended. */
function unlessBegun(id: string): string {
  const folder = transactionFolder(id);
  return `if [ ! -e ${folder}/transaction ]; then
  [ ! -d /run/kvmplay ] || { mkdir ${folder} && true > ${folder}/outcome.cancelled; } 2>/dev/null
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
