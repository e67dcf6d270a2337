import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** What the last `node scripts/test.mjs protocol lab` explored; docs/safety.md tells it. */
export const proofFile = '.reports/protocol-proof.json';

export interface Proof {
  readonly model?: { readonly scenarios: number; readonly states: number };
  readonly mutants?: { readonly found: number };
  readonly pairs?: { readonly runs: number; readonly actions: number };
  /** Random hosts on a real kernel, the plays that were made and undone on them, and the changes of these. */
  readonly law?: {
    readonly hosts: number;
    readonly undone: number;
    readonly refused: number;
    readonly changes: number;
  };
}

export function readProof(): Proof {
  try {
    return JSON.parse(readFileSync(proofFile, 'utf8')) as Proof;
  } catch {
    return {};
  }
}

export function recordProof<K extends keyof Proof>(key: K, figures: Proof[K]): void {
  mkdirSync(dirname(proofFile), { recursive: true });
  writeFileSync(proofFile, `${JSON.stringify({ ...readProof(), [key]: figures }, undefined, 2)}\n`);
}
