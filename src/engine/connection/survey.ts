import { CommandError } from '../../errors.ts';
import type { Fact } from '../../model/fact.ts';
import type { CommandResult } from '../../model/host.ts';

/** The part of a fact that a survey sends to the host. */
export type SurveyQuestion = Pick<Fact<unknown>, 'name' | 'script' | 'requires'>;

/** The output of one question, to the byte, or the error of its script. */
export type SurveyOutput = { readonly output: string } | { readonly error: CommandError };

export interface SurveyOptions {
  /** A random word, such as a UUID, that occurs in no output. It marks the end of each answer. */
  readonly nonce: string;
}

/**
 * Composes one POSIX sh script that asks all questions, each in a subshell. Questions with the same script are asked once. Marks go to stdout and stderr, so
 * error messages can be told apart, too.
 */
export function composeSurvey(questions: readonly SurveyQuestion[], { nonce }: SurveyOptions): string {
  const parts = scriptsOf(questions).map(
    (script, index) => `(
${script}
) </dev/null
mark ${index} $?
`,
  );
  return `export LC_ALL=C PATH="$PATH:/usr/sbin:/sbin:/usr/bin:/bin"
mark() {
  printf '\\n%s %s %s\\n' '${nonce}' "$1" "$2"
  printf '\\n%s %s %s\\n' '${nonce}' "$1" "$2" >&2
}
${parts.join('')}`;
}

/**
 * Returns the output of each question by name, or an error for a script with a non-zero exit code. Throws CommandError if the survey itself ended early, and
 * names the first question that was not asked.
 */
export function splitSurvey(
  questions: readonly SurveyQuestion[],
  result: CommandResult,
  { nonce }: SurveyOptions,
): ReadonlyMap<string, SurveyOutput> {
  const outputs = splitAtMarks(result.stdout, nonce);
  const complaints = splitAtMarks(result.stderr, nonce);
  const scripts = scriptsOf(questions);
  return new Map(
    questions.map((question): [string, SurveyOutput] => {
      const { name } = question;
      const index = scripts.indexOf(scriptOf(question));
      const output = outputs[index];
      if (output === undefined)
        throw failed(`the survey ended before fact ${name}`, result.code, result.stderr);
      if (output.code === 0) return [name, { output: output.text }];
      return [
        name,
        { error: failed(`the script of fact ${name} ended`, output.code, complaints[index]?.text) },
      ];
    }),
  );
}

function scriptsOf(questions: readonly SurveyQuestion[]): readonly string[] {
  return [...new Set(questions.map(scriptOf))];
}

function scriptOf({ script, requires = [] }: SurveyQuestion): string {
  return [...requires.map((tool) => `command -v ${tool} >/dev/null || exit 0`), script.trim()].join('\n');
}

interface Part {
  readonly text: string;
  readonly code: number;
}

function splitAtMarks(output: string, nonce: string): readonly Part[] {
  const parts: Part[] = [];
  let start = 0;
  for (;;) {
    const mark = `\n${nonce} ${parts.length} `;
    const at = output.indexOf(mark, start);
    const end = at === -1 ? -1 : output.indexOf('\n', at + mark.length);
    if (end === -1) return parts;
    parts.push({ text: output.slice(start, at), code: Number(output.slice(at + mark.length, end)) });
    start = end + 1;
  }
}

function failed(what: string, code: number, complaint = ''): CommandError {
  const said = complaint.trim();
  return new CommandError(`${what} with code ${code}${said === '' ? '' : `: ${said}`}`);
}
