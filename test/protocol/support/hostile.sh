#!/bin/bash
# hostile.sh CASE: one transaction in a namespace of its own, and something that should never happen beside it. Prints what
# the scripts print, then how the host ended. $TRANSACTIONS holds the scripts that TypeScript made.
for place in /run /var/lib /mnt /sys/class/net; do mount -t tmpfs tmpfs $place; done
bin=/mnt/bin id=$(cat "$TRANSACTIONS/id") folder=/run/kvmplay/$(cat "$TRANSACTIONS/id") store=/var/lib/kvmplay
mkdir $bin /mnt/etc /sys/class/net/e0
export PATH=$bin:$PATH
options=
{ echo '#!/bin/dash'; cat "$(dirname "$0")/kernel.sh"; } > $bin/ip
printf '#!/bin/dash\n' > $bin/sync
printf '#!/bin/dash\n[ ! -e /mnt/refuse ]\n' > $bin/reader
chmod +x $bin/*
: > /sys/class/net/e0/address
: > /mnt/gateway
printf 'old2\n' > /mnt/etc/f2
printf 'old3\n' > /mnt/etc/f3
read -r boot < /proc/sys/kernel/random/boot_id

ask() { sed "s/@GENERATION@/$boot/" "$TRANSACTIONS/$1" | timeout 20 env $options sh -s 2>&1; }
stand_in() { # PROGRAM: its script is on standard input
  { echo '#!/bin/dash'; cat; } > $bin/$1
  chmod +x $bin/$1
}
expire() { for name in "$folder"/deadline.*; do mv "$name" "$folder/deadline.0"; done; }
until_free() {
  for try in $(seq 100); do
    [ ! -e /run/kvmplay/token.free.$id.0.- ] || return
    sleep 0.1
  done
}
power_cut() { # in the middle of the commit
  mv $store/$id/transaction $store/$id/$1
  for process in /proc/[0-9]*; do
    case $(tr '\0' ' ' 2>/dev/null < $process/cmdline) in *transaction*) kill -9 ${process#/proc/} ;; esac
  done
  rm -rf /run/kvmplay
}
plant() { # FOLDER NAME: a script in a folder of another user
  mkdir -p $1/20250101000000-evil
  echo 'true > /mnt/planted' > $1/20250101000000-evil/$2
  chown -R 65534 $1
}

case $1 in
  cancelled-before-the-first) ask rollback; ask launch ;;
  mv-dies-after-rolling)
    stand_in mv <<'END'
/bin/mv "$@" || exit
case $* in *token.applied.*token.rolling.*) kill -9 $$ ;; esac
END
    ask launch; ask rollback ;;
  mv-dies-after-outcome)
    stand_in mv <<'END'
/bin/mv "$@" || exit
case $* in *outcome.committed) kill -9 $$ ;; esac
END
    ask launch; ask commit ;;
  token-removed) ask launch; sleep 1.5; rm /run/kvmplay/token.*; expire; until_free ;;
  second-token)
    ask launch; true > /run/kvmplay/token.free.other.0.-; sleep 3
    rm /run/kvmplay/token.free.other.0.-; expire; until_free ;;
  no-name-for-a-probe)
    # A file system without one more inode takes no new name once the transaction is launched.
    stand_in sync <<'END'
mount -o remount,nr_inodes=$(df --output=iused /run | tail -n 1 | tr -d ' ') /run
END
    ask launch; rm /mnt/gateway; ask verify ;;
  mark-stays)
    stand_in mv <<'END'
/bin/mv "$@" || exit
case $* in *-0\ */f1) mount -o remount,ro /var/lib; echo edited > /mnt/etc/f2 ;; esac
END
    ask launch; ask commit ;;
  finish-not-accepted) ask launch; power_cut unfinished; true > /mnt/refuse; ask finish ;;
  finish-not-restored)
    ask launch; power_cut restoring; printf 'new2\n' > /mnt/etc/f2; rm $store/$id/1; ask finish ;;
  noclobber) ln -s /bin/bash $bin/sh; options=SHELLOPTS=noclobber:errexit:nounset; ask launch ;;
  old-folder) mkdir /run/kvmplay; ask state | sed "s/$boot/BOOT/"; ask launch ;;
  old-version) mkdir -p /run/kvmplay/active; ask state; ask launch ;;
  foreign-run) plant /run/kvmplay transaction; true > /run/kvmplay/token.applied.20250101000000-evil.1.-; ask state; ask launch ;;
  foreign-store) plant $store unfinished; ask unfinished; ask launch ;;
  open-store) mkdir -m 777 $store; ask launch ;;
esac
set -- "$(cd /sys/class/net && echo * */address */master)"
case $1 in 'e0 e0/address */master') kernel=old ;; 'br6 e0 br6/address e0/master') kernel=new ;; *) kernel="mixed($1)" ;; esac
files=$(cat /mnt/etc/f1 /mnt/etc/f2 /mnt/etc/f3 2>/dev/null | tr '\n' ' ')
echo "kernel $kernel, files $files"
[ ! -e /mnt/planted ] || echo 'PLANTED SCRIPT RAN'
