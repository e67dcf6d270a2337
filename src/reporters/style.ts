import { styleText } from 'node:util';
import type { HostOutcome, TaskOutcome } from '../engine/events.ts';
import { printable } from '../model/printable.ts';

/** Colours a text, or returns it unchanged. The words alone carry the meaning. */
export type Paint = (text: string, colour: Colour) => string;

export type Colour = 'green' | 'yellow' | 'red' | 'cyan' | 'dim' | 'bold';

/** `colour` decides alone: styleText must not check standard output, because a report may go elsewhere. */
export function createPaint(colour: boolean): Paint {
  return (text, name) => (colour && text !== '' ? styleText(name, text, { validateStream: false }) : text);
}

export const outcomeColours: Readonly<Record<HostOutcome | TaskOutcome, Colour>> = {
  ok: 'green',
  changed: 'yellow',
  failed: 'red',
  unreachable: 'red',
  skipped: 'cyan',
};

/** `changed`, or in check mode `would change`. */
export function outcomeWord(outcome: HostOutcome | TaskOutcome, checkMode: boolean): string {
  return outcome === 'changed' && checkMode ? 'would change' : outcome;
}

/** Returns the escaped lines of a text, without empty ones at its end. */
export function printableLines(text: string): readonly string[] {
  return printable(text).trimEnd().split('\n');
}

export function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(1);
}

/** `1 host`, `3 hosts`, `no hosts`. */
export function count(number: number, noun: string): string {
  return `${number === 0 ? 'no' : number} ${noun}${number === 1 ? '' : 's'}`;
}
