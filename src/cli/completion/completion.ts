/** The answer to a TAB. */
export type Completion =
  | { readonly kind: 'words'; readonly candidates: readonly Candidate[] }
  /**
   * The shell itself completes paths: of any file, of TypeScript files, or of folders. `after` comes before the path:
   * `--out=`.
   */
  | { readonly kind: 'files' | 'playbooks' | 'folders'; readonly after: string };

export interface Candidate {
  /** The whole word after completion. */
  readonly word: string;
  readonly describe?: string | undefined;
}

export function wordsOf(candidates: readonly Candidate[]): Completion {
  return { kind: 'words', candidates };
}

export const nothing = wordsOf([]);
