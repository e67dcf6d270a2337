import type { Command, ProgramCommand } from '../../model/command.ts';
import { quote } from '../../model/shell-quote.ts';
import { fileFunctions, sweepFunction } from './file-script.ts';
import type { GuardedWork, Step } from './transaction-work.ts';

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
  const end = `END-OF-TRANSACTION-${id}`;
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
cat > ${transactionFolder(id)}/transaction <<'${end}'
${transactionScript(work, identity)}
${end}
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

function transactionScript({ steps, files, probes }: GuardedWork, identity: TransactionIdentity): string {
  const functions = [
    ...steps.map((step, index) => stepFunctions(step, index)),
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
changes=${String(steps.length)}
files=${String(files.length)}
timeout=${String(identity.confirmTimeout)}
required=${quote(required.join(' '))}
optional=${quote(optional.join(' '))}
${runtime}
${functions.join('\n')}
main "$1" "$2"
`;
}

/** do_N makes step N, undo_N takes it back; each command tells its own number, so that a failure can be named. */
function stepFunctions({ run, undo }: Step, index: number): string {
  const at = String(index);
  const commands = run.map((command, place) =>
    patient(command, `run ${at} ${String(place)} ${spell(command)}`),
  );
  const undone = undo.map((command) => `undo ${spell(command)}`);
  return `do_${at}() {\n${commands.join('\n')}\n}\nundo_${at}() {\n${[...undone, ':'].join('\n')}\n}`;
}

function patient(command: Command, run: string): string {
  const { alsoDone, busy }: Partial<ProgramCommand> = 'argv' in command ? command : {};
  const tried = alsoDone === undefined ? run : `${run} || is_done ${quote(alsoDone.join(' '))}`;
  return busy === undefined
    ? `${tried} || return 1`
    : `until ${tried}; do is_busy ${quote(busy)} || return 1; done`;
}

function spell(command: Command): string {
  return 'argv' in command
    ? command.argv.map(quote).join(' ')
    : `put ${quote(command.value)} ${quote(command.to)}`;
}

/**
 * The part that is the same in every transaction. Who moves the file `armed` first decides: apply that fails, the guard,
 * and the controller that commits or rolls back cannot both win, since rename is atomic. No file is made by `: >`, since
 * `:` is a special builtin: where the file cannot be made that would end the whole shell, and leave the lock behind.
 */
const runtime = `run() {
  at="$1 $2"; shift 2
  printf '%s\\n' "$at" > "$folder/running"
  if "$@" >"$folder/stdout" 2>"$folder/stderr" </dev/null; then
    printf '%s\\n' "$at" >> "$folder/journal"
  else
    failed="$at $?"
    # Some tell on stdout what went wrong, among much else.
    [ -s "$folder/stderr" ] || tail -n 20 "$folder/stdout" > "$folder/stderr"
    return 1
  fi
}
is_done() {
  case " $1 " in *" \${failed##* } "*) printf '%s\\n' "\${failed% *}" >> "$folder/journal" ;; *) return 1 ;; esac
}
is_busy() {
  waits=$((waits + 1))
  [ $waits -le 120 ] && [ -e "$folder/armed" ] && grep -q "$1" "$folder/stderr" && sleep 1
}
undo() {
  "$@" >/dev/null 2>"$folder/undo-step" </dev/null && return
  undo_errors=$((undo_errors + 1))
  cat "$folder/undo-step" >> "$folder/undo-stderr"
}
put() {
  { printf '%s\\n' "$1" > "$2"; }
}
holds() {
  [ "$(cat "$1" && echo .)" = "$2" ]
}
relabel() {
  if command -v restorecon >/dev/null; then restorecon "$1" 2>/dev/null; fi
  return 0
}
restore() {
  cp -p "$1" "$2.kvmplay-$id" && mv -f "$2.kvmplay-$id" "$2" && relabel "$2" && return
  # One that is immutable, say, was not changed either: what is left of the attempt is the copy.
  rm -f "$2.kvmplay-$id"
  return 1
}
each() {
  number=0
  while [ $number -lt $files ]; do "$1_$number" 2>"$folder/stderr" || return 1; number=$((number + 1)); done
}
result() {
  {
    printf 'outcome %s\\n' "$1"
    printf 'undo-errors %s\\n' "$undo_errors"
    if [ -s "$folder/$2" ]; then while IFS= read -r line || [ -n "$line" ]; do printf '| %s\\n' "$line"; done < "$folder/$2"; fi
  } > "$folder/result.new"
  mv -f "$folder/result.new" "$folder/result"
}
release() {
  each unstage
  rm -rf /run/kvmplay/active
}
# Seconds on a clock that nobody sets.
tell_time() {
  read -r uptime rest < /proc/uptime
  now=\${uptime%.*}
}
arm() {
  tell_time
  printf '%s\\n' $((now + timeout)) > "$folder/deadline"
  if [ -d /run/systemd/system ] && systemd-run --quiet --unit="kvmplay-guard-$id" --on-active="$timeout" \\
    --timer-property=AccuracySec=100ms sh "$folder/transaction" guard 2>/dev/null; then return 0; fi
  setsid sh -c 'sleep "$1"; exec sh "$2" guard' guard "$timeout" "$folder/transaction" </dev/null >/dev/null 2>&1 &
  printf '%s\\n' $! > "$folder/guard"
}
disarm() {
  if [ -e "$folder/guard" ]; then kill -- "-$(cat "$folder/guard")" 2>/dev/null
  elif [ -d /run/systemd/system ]; then systemctl stop "kvmplay-guard-$id.timer" 2>/dev/null; fi
}
take_back() {
  true >> "$folder/journal"
  number=-1
  while read -r begun rest; do number=$begun; done < "$folder/journal"
  while [ "$number" -ge 0 ]; do "undo_$number"; number=$((number - 1)); done
}
apply() {
  true > "$folder/started"
  # The youngest twenty stay for whoever wants an old file back; their names begin with the time.
  set -- /var/lib/kvmplay/2*
  while [ $# -gt 20 ]; do rm -rf "$1"; shift; done
  [ $files = 0 ] || mkdir -p "$backups" 2>"$folder/stderr" || { result failed-backup stderr; release; return; }
  each check || { result "conflict $number" stderr; release; return; }
  sweep
  each stage || { result "failed-stage $number" stderr; release; return; }
  sync
  # All at once: each may wait a second for an answer.
  for number in $optional; do
    { "probe_$number" >/dev/null 2>&1 && true > "$folder/passed-$number"; } </dev/null &
  done
  wait
  true > "$folder/running"
  true > "$folder/armed"
  arm
  step=0
  while [ $step -lt $changes ] && [ -e "$folder/armed" ] && "do_$step"; do step=$((step + 1)); done
  rm -f "$folder/running"
  if [ $step = $changes ]; then
    [ ! -e "$folder/armed" ] || result applied none
    return
  fi
  mv "$folder/armed" "$folder/rolling" 2>/dev/null || return
  disarm
  mv "$folder/stderr" "$folder/step-stderr"
  take_back
  result "failed-step $failed" step-stderr
  release
}
probe() {
  expected=$required
  for number in $optional; do [ ! -e "$folder/passed-$number" ] || expected="$expected $number"; done
  tell_time
  end=$((now + $1))
  for number in $expected; do
    until seen=$("probe_$number" 2>&1 </dev/null); do
      tell_time
      if [ "$now" -ge $end ]; then
        printf 'probe %s %s\\n' "$number" "$(printf '%s' "$seen" | tail -n 1)"
        break
      fi
      sleep 1
    done
  done
}
rollback() {
  mv "$folder/armed" "$folder/rolling" 2>/dev/null || return
  rm -f "$folder/result"
  [ "$1" = guard ] || disarm
  under_way=
  [ ! -e "$folder/running" ] || read -r under_way < "$folder/running"
  # A step under way ends first: its effect is in the journal then.
  waited=0
  while [ -e "$folder/running" ] && [ $waited -lt 20 ]; do sleep 1; waited=$((waited + 1)); done
  take_back
  result "rolled-back $1\${under_way:+ $under_way}" undo-stderr
  release
}
commit() {
  mv "$folder/armed" "$folder/committing" 2>/dev/null || return
  # Who asks meanwhile waits for that of the commit.
  rm -f "$folder/result"
  disarm
  # From here to the last rename a power cut leaves a mixture of files: the mark tells the next run to finish it.
  [ $files = 0 ] || { cp "$folder/transaction" "$backups/transaction" && sync && ln -sfn "$backups" /var/lib/kvmplay/unfinished && sync; } 2>"$folder/stderr" || {
    take_back; result 'failed-commit -1' stderr; release; return
  }
  if each commit; then
    sync
    rm -f /var/lib/kvmplay/unfinished
    result committed none
    release
    return
  fi
  cp "$folder/stderr" "$folder/commit-stderr"
  last=$number
  while [ "$number" -ge 0 ]; do "restore_$number" 2>>"$folder/undo-stderr" || undo_errors=$((undo_errors + 1)); number=$((number - 1)); done
  rm -f /var/lib/kvmplay/unfinished
  take_back
  result "failed-commit $last" commit-stderr
  release
}
finish() {
  mkdir -p "$folder" && each finish && sync && rm -f /var/lib/kvmplay/unfinished && rm -rf "$folder"
}
main() {
  undo_errors=0
  waits=0
  case $1 in
    apply) apply ;;
    commit) commit ;;
    rollback) rollback controller ;;
    # One that comes too late is no failed unit.
    guard) rollback guard || true ;;
    finish) finish ;;
    probe) probe "$2" ;;
  esac
}`;
