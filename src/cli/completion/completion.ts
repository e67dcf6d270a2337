/** What may stand where the cursor is. */
export type Completion =
  | { readonly kind: 'words'; readonly candidates: readonly Candidate[] }
  /** The shell knows files best: those of any name, TypeScript files, or folders. `after` stands before the path: `--out=`. */
  | { readonly kind: 'files' | 'playbooks' | 'folders'; readonly after: string };

export interface Candidate {
  /** All of the word under the cursor as it would be. */
  readonly word: string;
  readonly describe?: string | undefined;
}

export function wordsOf(candidates: readonly Candidate[]): Completion {
  return { kind: 'words', candidates };
}

export const nothing = wordsOf([]);
