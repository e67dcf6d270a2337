#!/bin/bash
# driver.sh SHELL SUBJECT ACTION POINTS: runs one transaction for each point, in a namespace of its own. At the point, a
# call of a program by the subject (apply, commit, rollback), the subject stops and the action is another actor's. Prints
# a line for each run: `held` or `LOST`, point, action, how it ended. Without room for a point (the subject has fewer
# calls) it prints `end`. /transactions holds what TypeScript made: launch, other, id.
shell=$1 subject=$2 action=$3 points=$4
for folder in /run /var/lib /mnt /sys/class/net; do mount -t tmpfs tmpfs $folder; done
bin=/mnt/bin id=$(cat "$TRANSACTIONS/id") folder=/run/kvmplay/$(cat "$TRANSACTIONS/id")
mkdir $bin /mnt/etc
export PATH=$bin:$PATH
if [ "$shell" = 'busybox sh' ]; then ln -s "$(command -v busybox)" $bin/sh; else ln -s "$(command -v "$shell")" $bin/sh; fi

# Each stand-in stops once, when its caller is the subject and its number has come.
for program in mv rm sync cp ip sleep; do
  real=$(PATH=/usr/sbin:/usr/bin:/sbin:/bin command -v $program)
  {
    echo '#!/bin/dash'
    cat <<'END'
caller=
read -r caller < /proc/$PPID/cmdline
case $ACTOR$caller in
  subject*transaction"$SUBJECT")
    read -r count < /mnt/count
    count=$((count + 1))
    echo $count > /mnt/count
    if [ $count = "$POINT" ]; then
      : > /mnt/stopped
      while [ ! -e /mnt/released ]; do /bin/sleep 0.005; done
    fi ;;
END
    [ $program != sleep ] || echo '  *transactionguard) ;;
  *) [ ! -e /mnt/stopped ] || : > /mnt/waits ;;'
    echo esac
    case $program in
      sleep) echo 'exec /bin/sleep 0.02' ;;
      sync) echo 'exit 0' ;;
      ip) cat "$(dirname "$0")/kernel.sh" ;;
      *) echo "exec $real \"\$@\"" ;;
    esac
  } > $bin/$program
  chmod +x $bin/$program
done

begin() {
  rm -rf /run/kvmplay* /var/lib/kvmplay /mnt/stopped /mnt/released /mnt/waits /mnt/etc/* /mnt/etc/.k* /sys/class/net/*
  echo 0 > /mnt/count
  mkdir /sys/class/net/e0
  : > /sys/class/net/e0/address
  printf 'old2\n' > /mnt/etc/f2
  printf 'old3\n' > /mnt/etc/f3
  read -r boot < /proc/sys/kernel/random/boot_id
}
launch() { sed "s/@GENERATION@/$boot/" "$TRANSACTIONS/$1" | sh -s; }
end() { [ ! -e "$folder/transaction" ] || setsid -w sh "$folder/transaction" "$1" </dev/null >/dev/null 2>&1; }
tell() { sh "$folder/transaction" tell 0 2>/dev/null; }
token() { (cd /run/kvmplay 2>/dev/null && echo token.*); }
holder() { token | sed -n 's/^token\..*\.\([0-9]*\)-[0-9]*$/\1/p'; }
guard_of() { ls "$folder" 2>/dev/null | sed -n 's/^guard\.\([0-9]*\)-.*/\1/p'; }
expire() { for name in "$folder"/deadline.*; do /bin/mv "$name" "$folder/deadline.0"; done 2>/dev/null; }
subject() {
  case $subject in
    apply) launch launch > /mnt/launched ;;
    *) end "$subject" ;;
  esac
}
act() {
  case $action in
    commit | rollback) end $action ;;
    guard) expire; /bin/sleep 0.1 ;;
    launch) launch other > /mnt/other ;;
    kill) p=$(holder); [ -z "$p" ] || kill -9 -"$p" ;;
    kill-guard) p=$(guard_of); [ -z "$p" ] || kill -9 "$p" ;;
    kill-both) p=$(guard_of); [ -z "$p" ] || kill -9 "$p"; p=$(holder); [ -z "$p" ] || kill -9 -"$p" ;;
    edit) printf 'edited\n' > /mnt/etc/f2 ;;
    power)
      for p in $(ls /proc | grep '^[0-9]*$'); do case $p in 1 | $$ | $BASHPID) ;; *) case $(tr '\0' ' ' 2>/dev/null < /proc/$p/cmdline) in *transaction*) kill -9 $p 2>/dev/null ;; esac ;; esac; done
      /bin/rm -rf /run/kvmplay*
      boot=after ;;
  esac
}
kernel_is() { # old, new, or what is there
  set -- "$(cd /sys/class/net && echo * */address */master)"
  case $1 in
    'e0 e0/address */master') echo old ;;
    'br6 e0 br6/address e0/master') echo new ;;
    *) echo "mixed($1)" ;;
  esac
}
files_are() {
  set -- "$(cat /mnt/etc/f1 2>/dev/null)/$(cat /mnt/etc/f2 2>/dev/null)/$(cat /mnt/etc/f3 2>/dev/null)"
  case $1 in /old2/old3) echo old ;; new1/new2/ | new1/edited/) echo new ;; /edited/old3) echo edited ;; *) echo "mixed($1)" ;; esac
}
is_free() { case $(token) in token.free.*) return 0 ;; esac; return 1; }
settle() { # nobody comes but the guard, at its time, and somebody who looks
  tries=0
  while ! is_free; do
    [ ! -e "$folder/outcome.none" ] || expire
    tell >/dev/null
    tries=$((tries + 1)); [ $tries -lt 200 ] || break
    /bin/sleep 0.02
  done
}
for POINT in $points; do
  export SUBJECT=$subject POINT ACTOR=
  begin
  [ $subject = apply ] || { SUBJECT=none launch launch > /mnt/launched; grep -q '^outcome applied' /mnt/launched || { echo "LOST $shell $subject $POINT $action: never applied: $(cat /mnt/launched)"; continue; }; }
  ACTOR=subject subject 2>/dev/null & one=$!
  while [ ! -e /mnt/stopped ] && kill -0 $one 2>/dev/null; do /bin/sleep 0.005; done
  if [ ! -e /mnt/stopped ]; then wait $one 2>/dev/null; echo "end $shell $subject $POINT $action"; begin; break; fi
  ACTOR=other act 2>/dev/null & two=$!
  patience=400
  while [ ! -e /mnt/waits ] && kill -0 $two 2>/dev/null && [ $patience -gt 0 ]; do /bin/sleep 0.005; patience=$((patience - 1)); done
  : > /mnt/released
  wait $one $two 2>/dev/null
  lost=
  if [ $action = launch ] && grep -q '^outcome applied' /mnt/other && grep -q '^outcome outdated' /mnt/launched; then
    # The second came before the first had the host.
    outcome=outdated kernel=$(kernel_is) files=$(files_are)
    [ "$kernel/$files" = new/old ] || lost=second
  elif [ $action = power ]; then
    # The kernel comes up as the files say, and the next run finishes what was begun.
    for name in /var/lib/kvmplay/2*/unfinished /var/lib/kvmplay/2*/restoring; do
      [ ! -e "$name" ] || setsid -w sh "$name" finish > /mnt/finished 2>/dev/null
    done
    outcome=power kernel=$(files_are) files=$(files_are)
    case $files in old | new) ;; *) lost=files ;; esac
    [ -z "$(ls /var/lib/kvmplay/*/unfinished /var/lib/kvmplay/*/restoring 2>/dev/null)" ] || lost="$lost mark"
  else
    settle
    outcome=$(ls "$folder" 2>/dev/null | sed -n 's/^outcome\.//p') kernel=$(kernel_is) files=$(files_are)
    is_free || lost="$lost not-free:$(token)"
    case $outcome in
      committed) [ "$kernel" = new ] || lost="$lost kernel"; case $files in new) ;; *) lost="$lost files" ;; esac ;;
      none | '') lost="$lost no-outcome" ;;
      *) [ "$kernel" = old ] || lost="$lost kernel"; case $files in old | edited) ;; *) lost="$lost files" ;; esac ;;
    esac
    [ $action != edit ] || [ "$files" != old ] || lost="$lost edit"
    [ "$(cat "$folder"/errors.* 2>/dev/null; ls "$folder" | sed -n 's/^errors\.//p')" = 0 ] || lost="$lost undo-errors:$(cat "$folder/undo-stderr" | tr '\n' ' ')"
    [ -z "$(ls -A /mnt/etc | grep '^\.')" ] || lost="$lost staged"
    [ -z "$(ls /var/lib/kvmplay/*/unfinished /var/lib/kvmplay/*/restoring 2>/dev/null)" ] || lost="$lost mark"
    if [ $action = launch ]; then case $(cat /mnt/other) in 'outcome locked'* | 'outcome outdated'*) ;; *) lost="$lost second-launched" ;; esac; fi
    [ -z "$(ls -d /run/kvmplay-* 2>/dev/null)" ] || lost="$lost launch-left"
  fi
  echo "${lost:+LOST}${lost:-held} $shell $subject $POINT $action: $outcome, kernel $kernel, files $files" | sed 's/^LOST\(.*\) \('"$shell"'\)/LOST\1 \2/'
done
