import type { Command } from '../../model/command.ts';
import { quote } from '../../model/shell-quote.ts';
import type { Step } from '../../model/step.ts';

/**
 * Shell functions shared by all steps. The protocol defines `folder`, `undo_errors` and three functions: `begun AT PLACE` before a command of a step, `made
 * AT PLACE` after it, and `may_wait`, which exits with 0 while a step may continue.
 *
 * `input` names a function that prints standard input; `also` lists exit codes that count as success.
 */
export const stepLibrary = `input= also=
attempt() { # COMMAND...
  feed=$input good=$also
  input= also=
  # What a package manager makes is for everybody to read.
  umask 022
  if [ -n "$feed" ]; then "$feed" 2>/dev/null | "$@"; else "$@" </dev/null; fi
  code=$?
  umask 077
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
 * Returns the shell functions of step `index`. `do_N` does the step and returns 1 at the first command that fails. `undo_N` undoes it and goes on after a
 * command that fails; it counts failures in `undo_errors` and returns 1 if there were any. `settle_N` runs at the commit.
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

/** Returns the function `accept`, which asks the readers of the committed files. It returns 1 at the first that refuses them. */
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
  /** Shell function that runs the command and reports its failure. */
  readonly call: string;
  /** Shell function that prints its standard input; empty without one. */
  readonly feed: string;
  /** Shell function that exits with 0 while a command may be retried because another process blocks it. */
  readonly mayWait?: string;
}

/** Formats a command whose failure ends its function. */
function step(command: Command, { call, feed, mayWait = 'may_wait' }: Call): string {
  const tried = `${settings(command, feed)}${call} ${spell(command)}`;
  const busy = busyOf(command);
  return busy === undefined
    ? `${tried} || return 1`
    : `waits=0; until ${tried}; do ${mayWait} && is_busy ${quote(busy)} "$folder/stderr" || return 1; done`;
}

/** Formats a command whose failure is counted. */
function undoLine(command: Command, feed: string): string {
  const tried = `${settings(command, feed)}undo ${spell(command)}`;
  const busy = busyOf(command);
  const line =
    busy === undefined
      ? `{ ${tried}; } || not_undone`
      : `{ waits=0; until ${tried}; do is_busy ${quote(busy)} "$complaint" || { not_undone; break; }; done; }`;
  // A subshell, since a test may exit.
  return command.unless === undefined
    ? line
    : `(\n${command.unless}\n) </dev/null >/dev/null 2>&1 || ${line}`;
}

function busyOf(command: Command): string | undefined {
  return 'argv' in command ? command.busy : undefined;
}

/** printf is a shell builtin, so standard input appears in no argument list and needs no disk space. */
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
