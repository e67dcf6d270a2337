/** The test that a folder is ours, and that nobody else can put a script or a backup into it. */
export const ownership = `is_ours() { # FOLDER
  [ -O "$1" ] && [ -z "$(find "$1/." -prune \\( -perm -020 -o -perm -002 \\) 2>/dev/null)" ]
}`;

/** The first transaction after a boot makes the folder of all transactions, with its token, in one rename. An older version leaves an empty folder. */
export const tokenMaker = `make_token() {
  base=/run/kvmplay
  [ ! -d "$base" ] || rmdir "$base" 2>/dev/null || return 0
  read -r boot < /proc/sys/kernel/random/boot_id
  mkdir "$base.$$" && true > "$base.$$/token.free.$boot.0.-" && mv "$base.$$" "$base" 2>/dev/null
  rm -rf "$base.$$" "$base/kvmplay.$$"
}`;

/**
 * The part of a transaction's script that is the same in all of them; docs/transaction.md explains it. It comes after the variables of the transaction, and
 * before `do_N`, `undo_N` and the functions of file-script.ts.
 *
 * What must not fail after the launch is a rename within one folder: it needs no room, and its source says what it expects.
 * No file is made by `: >`, since `:` is a special builtin: where the file cannot be made, that ends the whole shell.
 */
export const runtime = `export LC_ALL=C PATH="$PATH:/usr/sbin:/sbin"
# Bash takes these from SHELLOPTS.
set +Ceu
${ownership}
${tokenMaker}
umask 077
base=/run/kvmplay
folder=$base/$id
store=/var/lib/kvmplay
backups=$store/$id
half=
file_errors=$folder/stderr

pause() { sleep 0.2 2>/dev/null || sleep 1; }
# Seconds on a clock that nobody sets.
tell_time() { read -r uptime rest < /proc/uptime; now=\${uptime%.*}; }

# Processes. A holder is PID-START of the leader of a session.
read_process() { # PID: sets its state, session and start
  line=
  { read -r line < "/proc/$1/stat"; } 2>/dev/null
  set -f; set -- \${line##*) }; set +f
  [ $# -ge 20 ] || return 1
  state=$1 session=$4
  shift 19
  start=$1
}
find_members() { # of the session of $leader, without zombies
  members=
  for process in /proc/[0-9]*; do
    read_process "\${process#/proc/}" && [ "$session" = "$leader" ] || continue
    case $state in [ZXx]) ;; *) members="$members \${process#/proc/}" ;; esac
  done
}
lives() { # HOLDER
  leader=\${1%-*}
  case $leader in ''|*[!0-9]*) return 1 ;; esac
  if read_process "$leader"; then
    # Another process has its number now, so its session is empty.
    [ "$start" = "\${1#*-}" ] || return 1
    case $state in [ZXx]) ;; *) return 0 ;; esac
  fi
  find_members
  # One may be born behind the listing.
  [ -n "$members" ] || find_members
  [ -n "$members" ]
}
# Waits as long as the kernel holds one of its calls. The leader dies first: it must not see its step fail.
end_session() { # HOLDER
  while lives "$1"; do
    kill -9 "$leader" 2>/dev/null
    find_members
    [ -z "$members" ] || kill -9 $members 2>/dev/null
    pause
  done
}

# Names. A listing beside a rename may hold no name, or two, so it is read again.
look() { # sets token and its parts: phase, of, number, holder
  tries=0
  while set -- "$base"/token.*; [ $# != 1 ] || [ "$1" = "$base/token.*" ]; do
    tries=$((tries + 1))
    [ $tries -le 40 ] || return 1
    [ $tries -le 30 ] || pause
  done
  token=\${1##*/}
  rest=\${token#token.}
  phase=\${rest%%.*} rest=\${rest#*.}
  of=\${rest%%.*} rest=\${rest#*.}
  number=\${rest%%.*} holder=\${rest#*.}
}
move() { # PHASE NUMBER HOLDER: from the token that was seen; fails for who comes too late
  # A mv that is killed right after its rename fails, and has moved all the same.
  mv "$base/$token" "$base/token.$1.$id.$2.$3" 2>/dev/null || [ -e "$base/token.$1.$id.$2.$3" ] || return 1
  token=token.$1.$id.$2.$3 phase=$1 of=$id number=$2 holder=$3
}
set_free() { mv "$base/$token" "$base/token.free.$id.0.-"; }
read_name() { # KEY: sets value to that of the file KEY.VALUE
  tries=0
  while set -- "$1" "$folder/$1".*; [ $# != 2 ] || [ "$2" = "$folder/$1.*" ]; do
    tries=$((tries + 1))
    [ $tries -le 30 ] || break
    set -- "$1"
  done
  value=\${2#"$folder/$1".}
}
rename() { mv "$folder/$1.$2" "$folder/$1.$3" 2>/dev/null; } # KEY OLD NEW

# The guard.
detach() { # WAY: apart from this session, and with systemd from its cgroup
  if [ -d /run/systemd/system ] && command -v systemd-run >/dev/null; then
    setsid sh -c 'systemd-run --quiet --scope --unit="$1" setsid sh "$2" "$3" || exec sh "$2" "$3"' \\
      - "kvmplay-$id-$1-$$" "$folder/transaction" "$1" </dev/null >/dev/null 2>&1 &
  else
    setsid sh "$folder/transaction" "$1" </dev/null >/dev/null 2>&1 &
  fi
}
wake_guard() { # whoever sees it missing starts it
  read_name guard
  lives "$value" || detach guard
}
# Somebody removed the token of a transaction that has not ended. The guard makes it again, as it saw it last. Steps may have
# begun since, so all are undone: an undo of a step that has not begun does nothing.
put_back() {
  [ -e "$folder/outcome.none" ] && [ -n "$token" ] || return 1
  set -- "$base"/token.*
  [ "$1" = "$base/token.*" ] || return 0
  case $phase in staging | applying) token=token.applying.$id.$steps.$holder phase=applying number=$steps ;; esac
  true > "$base/$token"
}
guard() {
  token=
  read_name guard
  ! lives "$value" || return 0
  # Of two that were started one stays.
  rename guard "$value" "$me" || return 0
  { echo -1000 > "/proc/$$/oom_score_adj"; } 2>/dev/null
  while look || put_back; do
    [ "$of" = "$id" ] && [ "$phase" != free ] || return 0
    read_name deadline
    tell_time
    if [ "$value" != - ] && [ "$now" -ge "$value" ]; then end_as rolling guard; return; fi
    [ "$phase" = applied ] || lives "$holder" || { end_as rolling guard; return; }
    sleep 1
  done
}

# Steps and files.
begun() { { printf '%s\\n' "$1 $2" > "$folder/running"; } 2>/dev/null; } # STEP PLACE
made() { half=half; }
may_wait() { [ -e "$base/$token" ]; }
settle() {
  step=0
  while [ $step -lt $steps ]; do "settle_$step" || return 1; step=$((step + 1)); done
}
count_errors() { # NUMBER
  [ "$1" -gt 0 ] || return 0
  read_name errors
  case $value in *[!0-9]*) ;; *) rename errors "$value" $((value + $1)) ;; esac
}
each() {
  file=0
  while [ $file -lt $files ]; do
    "$1_$file" 2> "$file_errors" || return 1
    file=$((file + 1))
  done
}
has_mark() { [ -e "$backups/$1" ]; }
# On the disk the name of the script is what a boot finds.
mark() { mv "$backups/$1" "$backups/$2" && sync; } # OLD NEW

# Apply.
keep_details() { cp "$folder/stderr" "$folder/details" 2>/dev/null || true; }
give_up() { # NUMBER OUTCOME
  keep_details
  move rolling "$1" "$me" && roll "$2"
}
remove_old() {
  for old in "$base"/2*; do
    # Who asks late still finds how it ended.
    age=60
    [ ! -e "$old/outcome.none" ] || age=1440
    [ "$old" = "$folder" ] || [ -n "$(find "$old" -prune -mmin -$age 2>/dev/null)" ] || rm -rf "$old"
  done
  for old in "$base"-2*; do [ -n "$(find "$old" -prune -mmin -1440 2>/dev/null)" ] || rm -rf "$old"; done
  # The youngest twenty stay for whoever wants an old file back; their names begin with the time.
  set -- "$store"/2*
  while [ $# -gt 20 ]; do
    [ -e "$1/unfinished" ] || [ -e "$1/restoring" ] || rm -rf "$1"
    shift
  done
}
apply() {
  read_name planned
  token=token.free.$value.0.-
  if ! move staging 0 "$me"; then
    # Another has the host. One that was begun twice has it already.
    look && [ "$of" = "$id" ] || rename outcome none outdated
    return 0
  fi
  [ -e "$folder/outcome.none" ] || { set_free; return; }
  remove_old
  if [ $files -gt 0 ]; then
    mkdir -p "$backups" 2> "$folder/stderr" && cp "$folder/transaction" "$backups/transaction" 2> "$folder/stderr" ||
      { give_up 0 failed-backup; return; }
  fi
  each check || { give_up 0 "conflict.$file"; return; }
  sweep
  each stage || { give_up 0 "failed-stage.$file"; return; }
  take_snapshot || { give_up 0 failed-snapshot; return; }
  sync
  # All at once: each may wait a second for an answer.
  for at in $optional; do
    { "probe_$at" >/dev/null 2>&1 || rm -f "$folder/passed-$at"; } </dev/null &
  done
  wait
  tell_time
  rename deadline - $((now + timeout)) || { give_up 0 failed-guard; return; }
  wake_guard
  waited=0
  while read_name guard; ! lives "$value"; do
    waited=$((waited + 1))
    [ $waited -lt 50 ] || { give_up 0 failed-guard; return; }
    sleep 0.05 2>/dev/null || sleep 1
  done
  number=0
  while [ "$number" -lt $steps ]; do
    wake_guard
    # One rename writes ahead that the step has begun, and fails when the token is another's.
    move applying $((number + 1)) "$me" || return 0
    half=
    "do_$((number - 1))" && continue
    failed=$(dots "$failed")
    # A step whose first command failed by itself has done nothing.
    [ -n "$half" ] || { give_up $((number - 1)) "failed-step.$failed"; return; }
    give_up "$number" "failed-step.$failed"
    return
  done
  move applied "$number" -
}
probe() { # SECONDS
  expected=$required
  for at in $optional; do [ ! -e "$folder/passed-$at" ] || expected="$expected $at"; done
  tell_time
  end=$((now + $1))
  for at in $expected; do
    until seen=$("probe_$at" 2>&1 </dev/null); do
      tell_time
      if [ "$now" -ge $end ]; then
        printf 'probe %s %s\\n' "$at" "$(printf '%s' "$seen" | tail -n 1)"
        break
      fi
      sleep 1
    done
  done
}

# The end. Each part may be done again by who takes over from a dead holder.
restore_files() {
  file=0
  while [ $file -lt $files ]; do
    "restore_$file" 2> "$file_errors" || count_errors 1
    file=$((file + 1))
  done
  sync
  # Who has read the new files reads the old ones again.
  accept
  for name in restoring unfinished; do
    ! has_mark $name || mark $name transaction || count_errors 1
  done
}
roll() { # OUTCOME
  # Where the mark cannot be changed the files may go back all the same.
  ! has_mark unfinished || mark unfinished restoring
  ! { has_mark restoring || has_mark unfinished; } || restore_files
  while [ "$number" -gt 0 ]; do
    undo_errors=0
    "undo_$((number - 1))"
    count_errors $undo_errors
    move rolling $((number - 1)) "$me" || exit 1
  done
  unstage_files
  rename outcome none "$1"
  set_free
}
unstage_files() {
  file=0
  while [ $file -lt $files ]; do "unstage_$file"; file=$((file + 1)); done
}
put_files() {
  if [ -e "$folder/outcome.committed" ]; then
    # It may have been told already, by a holder that died since.
    ! has_mark unfinished || mark unfinished transaction
    set_free
    return
  fi
  if commit_files && { rename outcome none committed || [ -e "$folder/outcome.committed" ]; }; then
    ! has_mark unfinished || mark unfinished transaction
    set_free
    return
  fi
  give_up "$number" "$why"
}
commit_files() { # or tells why not
  why=failed-commit.-1
  if [ $files -gt 0 ]; then
    each known || { why=failed-commit.$file.edited; return 1; }
    has_mark unfinished || mark transaction unfinished || return 1
    edited=
    each commit || { why=failed-commit.$file$edited; return 1; }
  fi
  # Who reads the files is asked, and only then what remembers the steps is told.
  accept || { why=failed-accept.$(dots "\${failed#* }"); return 1; }
  settle || { why=failed-settle.$(dots "$failed"); return 1; }
  sync
}
dots() { printf '%s' "$1" | tr ' ' .; }
proceed() { # WHO: in the direction that was decided, whoever asks
  if [ "$phase" = committing ]; then put_files; else roll "rolled-back.$1"; fi
}
end_as() { # committing|rolling WHO
  while :; do
    look || { [ -d "$base" ] || return 0; continue; }
    if [ "$of" != "$id" ]; then
      # It has not begun, and never shall; or it has ended. Then a second look, since it may just have begun.
      [ "$1" = rolling ] && rename outcome none cancelled || return 0
      continue
    fi
    case $phase in
      staging | applying)
        # Half a change is not confirmed.
        [ "$1" = rolling ] || return 0
        end_session "$holder"
        under_way=
        if [ "$phase" = applying ]; then read -r under_way 2>/dev/null < "$folder/running"; fi
        if move rolling "$number" "$me"; then
          roll "rolled-back.$2$(dots "\${under_way:+ $under_way}")"
          return
        fi ;;
      applied) if move "$1" "$number" "$me"; then proceed "$2"; return; fi ;;
      committing | rolling)
        if lives "$holder"; then pause
        elif move "$phase" "$number" "$me"; then proceed "$2"; return; fi ;;
      *) return 0 ;;
    esac
  done
}

# By force: the kernel stays as it is, the files stay or become what they were, and nothing undoes a step any more.
drop() {
  while look && [ "$of" = "$id" ] && [ "$phase" != free ]; do
    read_name guard
    end_session "$value"
    [ "$phase" = applied ] || end_session "$holder"
    move rolling 0 "$me" || continue
    roll dropped
  done
}

# After a boot: what a power cut left of a commit, or of one that was taken back.
finish() { # [clear]
  file_errors=/dev/null
  while look; do
    case $phase in
      free) ;;
      finishing)
        if lives "$holder"; then pause; continue; fi
        [ "$of" = "$id" ] || { revive; continue; } ;;
      *) echo 'outcome locked'; tell_owner; return ;;
    esac
    move finishing 0 "$me" || continue
    mkdir -p "$folder" && true > "$folder/errors.0"
    outcome=finished failed=
    if has_mark restoring; then
      restore_files
      [ -e "$folder/errors.0" ] || outcome=unrestored
    elif ! has_mark unfinished; then :
    elif [ "$1" = clear ]; then mark unfinished transaction; outcome=cleared
    elif ! { each known && each commit; }; then outcome="unfinished $file"
    elif ! { accept && settle && sync && mark unfinished transaction; }; then outcome="unaccepted $failed"; fi
    has_mark unfinished || unstage_files
    rm -rf "$folder"
    set_free
    printf 'outcome %s\\n' "$outcome"
    return
  done
}
revive() { # has the transaction whose finisher died finish by its own script
  for name in unfinished restoring transaction; do
    [ ! -e "$store/$of/$name" ] || { sh "$store/$of/$name" finish >/dev/null 2>&1 </dev/null; return; }
  done
  mv "$base/$token" "$base/token.free.$of.0.-"
}
pending() { # what a run would finish: it is told by --check
  file_errors=/dev/null
  if has_mark restoring; then echo restoring; elif each known; then echo unfinished; else printf 'conflict %s\\n' "$file"; fi
  file=0
  while [ $file -lt $files ]; do "name_$file"; file=$((file + 1)); done
}

# Answers.
tell_owner() { while IFS= read -r line; do printf '| %s\\n' "$line"; done < "$base/$of/owner"; } 2>/dev/null
tell_lines() { [ ! -s "$folder/$1" ] || while IFS= read -r line || [ -n "$line" ]; do printf '| %s\\n' "$line"; done < "$folder/$1"; }
answer() { # SECONDS: how it ended, or that it is applied; or how it stands after so long
  tell_time
  end=$((now + $1))
  # An outcome counts once the token, looked at after it, is not of this transaction.
  while read_name outcome; seen=$value; look || { echo 'outcome unknown'; return; }; [ "$of" = "$id" ]; do
    if [ "$phase" = free ]; then
      [ "$seen" = none ] || break
      continue
    fi
    wake_guard
    tell_time
    if [ "$phase" = applied ] || [ "$now" -ge $end ]; then printf 'outcome %s\\n' "$phase"; return; fi
    pause
  done
  case $seen in none | '*') echo 'outcome unknown'; return ;; esac
  printf 'outcome %s\\n' "$(printf '%s' "$seen" | tr . ' ')"
  read_name errors
  printf 'undo-errors %s\\n' "$value"
  case $seen in rolled-back*) tell_lines undo-stderr ;; committed) ;; *) tell_lines details ;; esac
}
status() {
  look || return 0
  read_name guard
  lives "$value" && echo 'guard alive' || { echo 'guard dead'; detach guard; }
  lives "$holder" && echo 'holder alive'
  return 0
}

# The launch, in the session of the controller. The folder is complete before anybody sees it.
# A probe that fails before the steps removes its name, which needs no room.
expect_probes() { for at in $optional; do true > "$new/passed-$at" || return 1; done; }
launch() { # OWNER GENERATION
  make_token
  new=$base-$id
  refused=
  # Another user who can write there would have his script run, or his file put back, by us.
  for at in "$base" "$store"; do
    [ ! -e "$at" ] || is_ours "$at" || refused="failed-launch not-ours $at"
  done
  if [ -z "$refused" ] && look && [ "$phase" = finishing ] && ! lives "$holder"; then revive; fi
  if [ -n "$refused" ]; then :
  elif ! look; then refused='failed-launch no-token'
  elif [ "$phase" != free ]; then refused=locked
  elif [ "$of" != "$2" ]; then refused=outdated; fi
  if [ -n "$refused" ]; then
    rm -rf "$new"
    printf 'outcome %s\\n' "$refused"
    [ "$refused" != locked ] || { tell_owner; sh "$base/$of/transaction" status >/dev/null 2>&1 </dev/null; }
    return 0
  fi
  { printf '%s\\n' "$1" > "$new/owner" && [ -s "$new/owner" ] && true > "$new/planned.$2" && true > "$new/stdout" &&
    true > "$new/stderr" && true > "$new/undo-step" && true > "$new/undo-stderr" && true > "$new/running" && true > "$new/details" && true > "$new/guard.-" && true > "$new/deadline.-" && true > "$new/errors.0" &&
    true > "$new/outcome.none" && expect_probes; } 2>/dev/null && [ ! -e "$folder" ] && mv "$new" "$folder" 2>/dev/null
  if [ ! -e "$folder/transaction" ]; then
    # It was cancelled before it came, or there is no room.
    rm -rf "$new" "$folder/\${new##*/}"
    echo 'outcome failed-launch'
    return 0
  fi
  detach apply
  wait $!
  waited=0
  while [ -e "$folder/outcome.none" ] && look; do
    if [ "$of" = "$id" ]; then
      case $phase in
        applied) break ;;
        staging | applying) lives "$holder" || break ;;
      esac
    else
      # Its process never came.
      waited=$((waited + 1))
      [ $waited -le 100 ] || rename outcome none cancelled
    fi
    pause
  done
  answer 0
}
main() {
  case $1 in
    launch) launch "$2" "$3"; return ;;
    tell)
      seen=none
      answer "$2"
      case $seen in rolled-back* | failed-*) tell_differences ;; esac
      return ;;
    status) status; return ;;
    probe) probe "$2"; return ;;
    pending) pending; return ;;
    end) detach "$2"; wait $!; return ;;
  esac
  read_process $$ && [ "$session" = $$ ] || exec setsid sh "$0" "$@"
  me=$$-$start
  case $1 in
    apply) apply ;;
    drop) drop ;;
    guard) guard ;;
    commit) end_as committing controller ;;
    rollback) end_as rolling controller ;;
    finish) make_token; finish "$2" ;;
  esac
}`;
