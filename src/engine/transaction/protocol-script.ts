/**
 * The part that is the same in every transaction: its states, its guard and its ends. It calls the functions of steps and
 * files. Who moves the file `armed` first decides: apply that fails, the guard, and the controller that commits or rolls back
 * cannot both win, since rename is atomic. No file is made by `: >`, since `:` is a special builtin: where the file cannot be
 * made that would end the whole shell, and leave the lock behind.
 */
export const protocol = `begun() {
  printf '%s\\n' "$1 $2" > "$folder/running"
}
made() {
  printf '%s\\n' "$1 $2" >> "$folder/journal"
}
may_wait() {
  [ -e "$folder/armed" ]
}
settle() {
  step=0
  while [ $step -lt $steps ]; do "settle_$step" || return 1; step=$((step + 1)); done
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
take_back() { # NUMBER: that of the last step to undo; without it the journal tells
  true >> "$folder/journal"
  number=\${1:--1}
  [ -n "$1" ] || while read -r begun rest; do number=$begun; done < "$folder/journal"
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
  while [ $step -lt $steps ] && [ -e "$folder/armed" ] && "do_$step"; do step=$((step + 1)); done
  rm -f "$folder/running"
  if [ $step = $steps ]; then
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
    take_back $((steps - 1)); result 'failed-commit -1' stderr; release; return
  }
  if ! each commit; then
    why="failed-commit $number"
  else
    number=$((files - 1))
    # Who reads them is asked, and only then what remembers the steps is told.
    if ! accept; then why="failed-accept \${failed#* }"; elif ! settle; then why="failed-settle $failed"; else why=; fi
  fi
  if [ -z "$why" ]; then
    sync
    rm -f /var/lib/kvmplay/unfinished
    result committed none
    release
    return
  fi
  cp "$folder/stderr" "$folder/commit-stderr"
  while [ "$number" -ge 0 ]; do "restore_$number" 2>>"$folder/undo-stderr" || undo_errors=$((undo_errors + 1)); number=$((number - 1)); done
  rm -f /var/lib/kvmplay/unfinished
  # Who has read the new files reads the old ones again.
  case $why in failed-commit*) ;; *) accept || true ;; esac
  take_back $((steps - 1))
  result "$why" commit-stderr
  release
}
finish() {
  mkdir -p "$folder" && each finish && accept && settle && sync && rm -f /var/lib/kvmplay/unfinished && rm -rf "$folder"
}
main() {
  undo_errors=0
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
