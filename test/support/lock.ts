/** Ends with 0 while a transaction is under way on a host. */
export const isBusy = `{ set -- /run/kvmplay/token.*; [ -e "$1" ] && case $1 in */token.free.*) false ;; esac; }`;

/** Has a host look as if somebody's change waited to be confirmed. */
export function lockHost(owner: string): string {
  return `mkdir -p /run/kvmplay/2000-lock && cd /run/kvmplay && echo '${owner}' > 2000-lock/owner
set -- token.free.*
if [ -e "$1" ]; then echo "$1" > 2000-lock/free; mv "$1" token.applied.2000-lock.0.-; else true > token.applied.2000-lock.0.-; fi`;
}

/** Fails when the lock is gone. */
export const unlockHost = `cd /run/kvmplay && if [ -e 2000-lock/free ]; then mv token.applied.2000-lock.0.- "$(cat 2000-lock/free)"
else rm token.applied.2000-lock.0.-; fi && rm -r 2000-lock && cd / && { rmdir /run/kvmplay 2>/dev/null || true; }`;
