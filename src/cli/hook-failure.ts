/**
 * The reason why a module hook failed. Hooks may run in their own thread, and only an error's message survives the way back.
 */
export type HookProblem =
  | { readonly kind: 'import'; readonly file: string; readonly specifier: string }
  | {
      readonly kind: 'syntax';
      readonly file: string;
      readonly line: number;
      readonly column: number;
      readonly message: string;
    };

const mark = 'kvmplay playbook hook: ';

export class HookFailure extends Error {
  constructor(problem: HookProblem) {
    super(mark + JSON.stringify(problem));
  }
}

/** Returns the problem when `message` is that of a HookFailure, from any thread. */
export function hookProblemOf(message: string): HookProblem | undefined {
  return message.startsWith(mark) ? (JSON.parse(message.slice(mark.length)) as HookProblem) : undefined;
}
