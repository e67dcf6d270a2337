import { readFileSync, renameSync, writeFileSync } from 'node:fs';

import { LabError } from '../errors.ts';
import { pathsOf } from './layout.ts';
import type { LabProcess } from './process.ts';

/** What a lab must remember so that any later process can use it or take it down. */
export interface LabState {
  readonly version: 1;
  /** Holds the network namespace and relays connections into it. */
  relay?: LabProcess;
  readonly hosts: HostState[];
}

export interface HostState {
  readonly name: string;
  /** From 1. */
  readonly number: number;
  /** Ports on 127.0.0.1 that lead to the host's sshd, over eno1 and over the address that eno3 had at first. */
  port?: number;
  eno3Port?: number;
  /** Its kernel, as long as it has not been switched off. */
  kernel?: LabProcess | undefined;
}

/** The state of the lab in a directory, or undefined when there is none. */
export function readState(directory: string): LabState | undefined {
  const file = pathsOf(directory).state;
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
  try {
    const state = JSON.parse(text) as Partial<LabState>;
    if (state.version === 1 && Array.isArray(state.hosts)) return state as LabState;
  } catch {
    // Falls through: not JSON is as bad as another JSON.
  }
  throw new LabError(`${file} is not the state of a lab`);
}

/** Synchronous, so that nothing comes between the start of a process and its record. */
export function writeState(directory: string, state: LabState): void {
  const file = pathsOf(directory).state;
  writeFileSync(`${file}.new`, `${JSON.stringify(state, null, 2)}\n`);
  renameSync(`${file}.new`, file);
}
