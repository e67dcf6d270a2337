import { quote } from '../../model/shell-quote.ts';
import { fileFunctions, fileLibrary, sweepFunction } from './file-script.ts';
import { protocol } from './protocol-script.ts';
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

/** Where a transaction keeps its script, journal and result on the host; gone after a reboot. */
export function transactionFolder(id: string): string {
  return `/run/kvmplay/${id}`;
}

/**
 * The script of the one exec that applies a transaction: takes the host's lock, leaves the transaction's own script on
 * the host, starts it detached from this session, and waits for its result as long as the session lives.
 */
export function launchScript(work: GuardedWork, identity: TransactionIdentity): string {
  const { id, owner } = identity;
  // printf is part of the shell. A here-document would be a file in /tmp for a moment where bash is sh, with all that files hold.
  return `umask 077
mkdir -p /run/kvmplay || exit 1
if ! mkdir /run/kvmplay/active 2>/dev/null; then
  id=none; read -r id 2>/dev/null < /run/kvmplay/active/id
  stale=stale
  for state in armed rolling committing; do [ ! -e "/run/kvmplay/$id/$state" ] || stale=; done
  # Between its lock and its first step a transaction has no state yet.
  [ -z "$(find /run/kvmplay/active -prune -mmin -1 2>/dev/null)" ] || stale=
  printf 'outcome locked %s\\n' "$stale"
  while IFS= read -r line; do printf '| %s\\n' "$line"; done < /run/kvmplay/active/owner
  exit 0
fi
for old in /run/kvmplay/*; do [ "$old" = /run/kvmplay/active ] || rm -rf "$old"; done
printf '%s\\n' ${quote(owner)} > /run/kvmplay/active/owner &&
printf '%s\\n' ${quote(id)} > /run/kvmplay/active/id &&
mkdir ${transactionFolder(id)} &&
printf '%s' ${quote(transactionScript(work, identity))} > ${transactionFolder(id)}/transaction
if [ $? != 0 ]; then rm -rf /run/kvmplay/active; printf 'outcome failed-launch\\n'; exit 0; fi
cd ${transactionFolder(id)} || exit 1
${detached(id, 'apply')}cat result
`;
}

/**
 * Runs a part of the transaction apart from this session, and waits for its end. With systemd in a scope of its own: whatever
 * is in the cgroup of a session, or of sshd, may end with it (KillUserProcesses, KillMode). What is begun twice since
 * systemd-run told of a failure ends at once the second time: only one can move the file `armed`.
 */
function detached(id: string, way: 'apply' | 'commit' | 'rollback'): string {
  const script = `sh ${transactionFolder(id)}/transaction ${way}`;
  const isBegun = way === 'apply' ? `[ -e ${transactionFolder(id)}/started ] || ` : '';
  return `if [ -d /run/systemd/system ] && command -v systemd-run >/dev/null; then
  setsid sh -c 'systemd-run --quiet --scope --unit=kvmplay-${id}-${way} ${script} || ${isBegun}exec ${script}' </dev/null >/dev/null 2>&1 &
else
  setsid ${script} </dev/null >/dev/null 2>&1 &
fi
wait $!
`;
}

/** Prints the result, waiting for it while the transaction still runs. */
export function resultScript(id: string, seconds: number): string {
  const folder = transactionFolder(id);
  return `tries=0
while [ -d ${folder} ] && [ ! -e ${folder}/result ] && [ $tries -lt ${String(seconds * 5)} ]; do
  sleep 0.2 2>/dev/null || sleep 1; tries=$((tries + 1))
done
if [ -e ${folder}/result ]; then cat ${folder}/result; else printf 'outcome unknown\\n'; fi
`;
}

/**
 * Prints the result and, when the change was applied, the probes that do not pass: `probe 3 last value seen`, after
 * `seconds` of trying.
 */
export function verifyScript(
  id: string,
  seconds: { readonly forResult: number; readonly forProbes: number },
): string {
  const folder = transactionFolder(id);
  return `${resultScript(id, seconds.forResult)}if grep -q '^outcome applied' ${folder}/result 2>/dev/null; then
  sh ${folder}/transaction probe ${String(seconds.forProbes)} </dev/null
elif [ -e ${folder}/result ]; then
  rm -rf ${folder}
fi
`;
}

/** Ends a transaction one way or the other and prints its result. */
export function endScript(id: string, way: 'commit' | 'rollback'): string {
  return `${detached(id, way)}${resultScript(id, 30)}rm -rf ${transactionFolder(id)}
`;
}

function transactionScript(
  { steps, files, accept = [], probes }: GuardedWork,
  identity: TransactionIdentity,
): string {
  const functions = [
    ...steps.map((step, index) => stepFunctions(step, index)),
    acceptFunction(accept),
    ...files.map((change, index) => fileFunctions(change, index, identity.id)),
    ...probes.map(({ script }, index) => `probe_${String(index)}() (\n${script}\n)`),
    sweepFunction(files),
  ];
  const required = probes.flatMap(({ isRequired }, index) => (isRequired === true ? [String(index)] : []));
  const optional = probes.flatMap(({ isRequired }, index) => (isRequired === true ? [] : [String(index)]));
  return `export LC_ALL=C PATH="$PATH:/usr/sbin:/sbin"
umask 077
id=${quote(identity.id)}
folder=${transactionFolder(identity.id)}
backups=/var/lib/kvmplay/${identity.id}
steps=${String(steps.length)}
files=${String(files.length)}
timeout=${String(identity.confirmTimeout)}
required=${quote(required.join(' '))}
optional=${quote(optional.join(' '))}
${stepLibrary}
${fileLibrary}
${protocol}
${functions.join('\n')}
main "$1" "$2"
`;
}
