/**
 * The proof of a rollback: `snapshot` must print the same as before the first step. The host compares, so only differing lines are sent. The runtime defines
 * `folder` and `tell_time`.
 */
export const proof = `take_snapshot() {
  lines=$(snapshot)
  [ -n "$lines" ] || return 0
  { printf '%s\\n' "$lines" > "$folder/snapshot"; } 2>"$folder/stderr" && [ "$(cat "$folder/snapshot")" = "$lines" ]
}
compare_snapshot() {
  lines=$(snapshot)
  printf '%s\\n' "$lines" | grep -v -x -F -f - "$folder/snapshot" | tell_each gone
  printf '%s\\n' "$lines" | grep -v -x -F -f "$folder/snapshot" | tell_each new
}
tell_each() { # WORD: forty lines at most
  left=40
  while IFS= read -r line && [ $left -gt 0 ]; do
    # Where nothing was printed at all there is an empty line.
    [ -z "$line" ] || printf '%s %s\\n' "$1" "$line"
    left=$((left - 1))
  done
}
# Nothing is written, since /run may be full now. Carriers and what hangs on them take their time to come back.
tell_differences() {
  [ -s "$folder/snapshot" ] || return 0
  tell_time
  end=$((now + 10))
  while differs=$(compare_snapshot); [ -n "$differs" ]; do
    tell_time
    [ "$now" -lt $end ] || { printf '%s\\n' "$differs"; return; }
    sleep 1
  done
}
`;

/** Returns the function `snapshot` of a transaction. Without a script it prints nothing, and nothing is compared. */
export function snapshotFunction(script: string | undefined): string {
  return `snapshot() (\n${script ?? ':'}\n) </dev/null`;
}
