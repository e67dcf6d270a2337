import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { FaultId } from './rows.ts';

/** What came of a row: counts of hosts, or of repetitions. */
export interface Figures {
  /** Hosts that answer afterwards over the way that the change rode on, and of how many. */
  readonly reachable: readonly [number, number];
  /** Hosts whose files are as before, as wanted, and neither. */
  readonly before: number;
  readonly wanted: number;
  readonly mixed: number;
  /** Guests that ping across hosts afterwards, and of how many. */
  readonly guests: readonly [number, number];
  /** Anything else worth a figure. */
  readonly note?: string;
}

export type Matrix = Readonly<Partial<Record<FaultId, Figures>>>;

export const matrixFile = '.reports/faults-matrix.json';

/** Writes the figures of a row down, when its assertions have passed: docs/safety.md is made from them. */
export function record(id: FaultId, figures: Figures): void {
  mkdirSync('.reports', { recursive: true });
  writeFileSync(matrixFile, `${JSON.stringify({ ...readMatrix(), [id]: figures }, undefined, 2)}\n`);
}

/** The figures of the rows that ran last. */
export function readMatrix(): Matrix {
  try {
    return JSON.parse(readFileSync(matrixFile, 'utf8')) as Matrix;
  } catch {
    return {};
  }
}
