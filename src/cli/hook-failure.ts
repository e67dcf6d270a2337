/** What a module hook could not do. Hooks may run in a thread of their own, and only an error's message comes back whole. */
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

/** What the hook said, when `message` is of a HookFailure from whichever thread. */
export function hookProblemOf(message: string): HookProblem | undefined {
  return message.startsWith(mark) ? (JSON.parse(message.slice(mark.length)) as HookProblem) : undefined;
}
