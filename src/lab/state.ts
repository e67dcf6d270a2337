import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { LabError } from '../errors.ts';
import { hostPathsOf, pathsOf } from './layout.ts';
import type { LabProcess } from './process.ts';

/** The record of a lab, from which any later process can use it or take it down. */
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
    // A text that is no JSON gets the error below.
  }
  throw new LabError(`${file} is not the state of a lab`);
}

/** Written only while the lab is made. */
export function writeState(directory: string, state: LabState): void {
  writeWhole(pathsOf(directory).state, state);
}

/** The kernel of a host that was not switched off. A file of its own, since several processes may use one lab. */
export function readKernel(directory: string, host: HostState): LabProcess | undefined {
  try {
    return JSON.parse(readFileSync(hostPathsOf(directory, host.name).kernelProcess, 'utf8')) as LabProcess;
  } catch {
    return undefined;
  }
}

export function writeKernel(directory: string, host: HostState, kernel: LabProcess): void {
  writeWhole(hostPathsOf(directory, host.name).kernelProcess, kernel);
}

export function forgetKernel(directory: string, host: HostState): void {
  rmSync(hostPathsOf(directory, host.name).kernelProcess, { force: true });
}

/** Synchronous: nothing may happen between the start of a process and its record. */
function writeWhole(file: string, value: unknown): void {
  writeFileSync(`${file}.new`, `${JSON.stringify(value, null, 2)}\n`);
  renameSync(`${file}.new`, file);
}
