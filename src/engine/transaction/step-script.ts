import type { Command } from '../../model/command.ts';
import { quote } from '../../model/shell-quote.ts';
import type { Step } from '../../model/step.ts';

/**
 * What the functions of steps are made of. The protocol gives `folder`, `undo_errors` and three functions: `begun AT PLACE` is
 * called before a command of a step, `made AT PLACE` after it, and `may_wait` ends with 0 while a step may go on.
 *
 * A command may find its standard input in a function, `input`, and exit codes that are as good as 0 in `also`.
 */
export const stepLibrary = `input= also=
attempt() { # COMMAND...
  feed=$input good=$also
  input= also=
  if [ -n "$feed" ]; then "$feed" 2>/dev/null | "$@"; else "$@" </dev/null; fi
  code=$?
  case " $good " in *" $code "*) code=0 ;; esac
  return $code
}
tell() { # AT PLACE COMMAND...: what goes wrong is in "failed" and "$folder/stderr"
  at="$1 $2" code=1; shift 2
  attempt "$@" >"$folder/stdout" 2>"$folder/stderr" && return
  failed="$at $code"
  # Some tell on stdout what went wrong, among much else.
  [ -s "$folder/stderr" ] || tail -n 20 "$folder/stdout" > "$folder/stderr"
  return 1
}
run() { # AT PLACE COMMAND...
  begun "$1" "$2"
  tell "$@" || return
  made "$1" "$2" || { failed="$1 $2 1"; return 1; }
}
is_busy() { # PATTERN FILE
  waits=$((waits + 1))
  [ $waits -le 120 ] && grep -q "$1" "$2" && sleep 1
}
undo() { # COMMAND...
  complaint=$folder/undo-step
  # Where there is no room for what it says, it runs all the same.
  { true > "$complaint"; } 2>/dev/null || complaint=/dev/null
  attempt "$@" >/dev/null 2>"$complaint" && return
  cat "$complaint" >> "$folder/undo-stderr"
  return 1
}
not_undone() {
  undone=1 undo_errors=$((undo_errors + 1))
}
put() { # VALUE PATH
  { printf '%s\\n' "$1" > "$2"; }
}`;

/**
 * The functions of a transaction's script for the step with number `index`. `do_N` makes it and ends with 1 at the first
 * command that fails; `undo_N` takes it back, goes on after a command that fails, counts it in `undo_errors`, and ends with 1
 * if there was one; `settle_N` is for the commit.
 */
export function stepFunctions({ run, undo, settle = [] }: Step, index: number): string {
  const at = String(index);
  return [
    ...feeders('do', at, run),
    `do_${at}() {`,
    ...run.map((command, place) => step(command, { call: `run ${at} ${place}`, feed: `do_${at}_${place}` })),
    ':\n}',
    ...feeders('undo', at, undo),
    `undo_${at}() {\nundone=0`,
    ...undo.map((command, place) => undoLine(command, `undo_${at}_${place}`)),
    'return $undone\n}',
    ...feeders('settle', at, settle),
    `settle_${at}() {`,
    ...settle.map((command, place) =>
      step(command, { call: `tell ${at} ${place}`, feed: `settle_${at}_${place}`, mayWait: ':' }),
    ),
    ':\n}',
  ].join('\n');
}

/** `accept` asks those who read the files that the commit put in place; it ends with 1 at the first that does not take them. */
export function acceptFunction(commands: readonly Command[]): string {
  return [
    ...feeders('accept', '', commands),
    'accept() {',
    ...commands.map((command, place) =>
      step(command, { call: `tell accept ${place}`, feed: `accept__${place}`, mayWait: ':' }),
    ),
    ':\n}',
  ].join('\n');
}

interface Call {
  /** What runs the command and tells its failure. */
  readonly call: string;
  /** The function that prints its standard input, if it has one. */
  readonly feed: string;
  /** Ends with 0 while a command that another keeps waiting is tried again. */
  readonly mayWait?: string;
}

/** One command whose failure ends its function. */
function step(command: Command, { call, feed, mayWait = 'may_wait' }: Call): string {
  const tried = `${settings(command, feed)}${call} ${spell(command)}`;
  const busy = busyOf(command);
  return busy === undefined
    ? `${tried} || return 1`
    : `waits=0; until ${tried}; do ${mayWait} && is_busy ${quote(busy)} "$folder/stderr" || return 1; done`;
}

/** One command whose failure is counted. */
function undoLine(command: Command, feed: string): string {
  const tried = `${settings(command, feed)}undo ${spell(command)}`;
  const busy = busyOf(command);
  const line =
    busy === undefined
      ? `{ ${tried}; } || not_undone`
      : `{ waits=0; until ${tried}; do is_busy ${quote(busy)} "$complaint" || { not_undone; break; }; done; }`;
  // In a subshell a test may end by an exit.
  return command.unless === undefined
    ? line
    : `(\n${command.unless}\n) </dev/null >/dev/null 2>&1 || ${line}`;
}

function busyOf(command: Command): string | undefined {
  return 'argv' in command ? command.busy : undefined;
}

/** printf is part of the shell, so standard input stands in no argument list, and needs no room on a disk. */
function feeders(verb: string, at: string, commands: readonly Command[]): readonly string[] {
  return commands.flatMap((command, place) =>
    'argv' in command && command.input !== undefined
      ? [`${verb}_${at}_${String(place)}() { printf '%s' ${quote(command.input)}; }`]
      : [],
  );
}

function settings(command: Command, feed: string): string {
  if (!('argv' in command)) return '';
  const input = command.input === undefined ? '' : `input=${feed}; `;
  const also = command.alsoDone === undefined ? '' : `also=${quote(command.alsoDone.join(' '))}; `;
  return input + also;
}

function spell(command: Command): string {
  return 'argv' in command
    ? command.argv.map(quote).join(' ')
    : `put ${quote(command.value)} ${quote(command.to)}`;
}
