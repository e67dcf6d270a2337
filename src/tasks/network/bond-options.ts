import { type BondMode, bondOptionRule } from '../../model/bond-options.ts';
import { unreadableElsewhere } from '../../model/kernel.ts';
import type { LinkOptions } from '../../model/link.ts';
import { type BondSpec, declaredOptions, intervalOf } from './bond-input.ts';
import type { PlanBuilder } from './plan-builder.ts';

/** Returns the wanted options of a bond. Mode and monitoring are always included; `primary` never, since it needs ports. */
export function wantedOptions(desired: BondSpec, mode: BondMode): LinkOptions {
  const { primary: _, ...declared } = declaredOptions(desired);
  const interval = String(intervalOf(desired));
  // The kernel switches one monitoring off when the other is switched on. MII monitoring takes its delays with it.
  const monitoring =
    (desired.arpInterval ?? 0) > 0
      ? { miimon: interval, updelay: '0', downdelay: '0' }
      : { miimon: interval, arp_interval: '0', arp_validate: 'none' };
  return { ...monitoring, ...declared, mode };
}

/** Returns the options for creating a bond. Options that the mode does not know keep the kernel's initial value. */
export function initialOptions(desired: BondSpec, mode: BondMode): LinkOptions {
  return pick(wantedOptions(desired, mode), (option, value) => {
    const rule = bondOptionRule.get(option);
    return option === 'mode' || option === 'miimon' || (isLegal(option, mode) && value !== rule?.initial);
  });
}

/** The order in which options of an existing bond change: each step is one link.update. */
export interface OptionSteps {
  /** Changes while the bond still has its old mode and its ports. */
  readonly first: readonly LinkOptions[];
  /** Changes while the bond is down. */
  readonly whenDown: LinkOptions;
  /** Changes while the bond is down and without ports: the mode, and options that only the new mode takes. */
  readonly withoutPorts: readonly LinkOptions[];
}

export function optionSteps(current: LinkOptions, wanted: LinkOptions): OptionSteps {
  const rebuild = ['mode', 'fail_over_mac'].some((option) => isOther(current, wanted, option));
  const oldMode = current['mode'] as BondMode;
  const newMode = wanted['mode'] as BondMode;
  const kept = { ...keptDelays(current, wanted), ...wanted };
  if (!rebuild) {
    const whenDown = pick(
      kept,
      (option) => conditionOf(option) === 'bond down' && isOther(current, kept, option),
    );
    const anyTime = pick(kept, (option) => conditionOf(option) === 'any time' && isLegal(option, newMode));
    return { first: monitoringSteps(current, anyTime), whenDown, withoutPorts: [] };
  }
  // An undo runs in the old mode, so its values must be legal there. Options therefore change in the mode that knows them.
  const before = pick(
    kept,
    (option) => isMonitoring(option) && isLegal(option, oldMode) && !isLegal(option, newMode),
  );
  const startsArp = Number(kept['arp_interval']) > 0;
  const early = startsArp
    ? before
    : { ...before, ...pick(kept, (o) => isMonitoring(o) && isLegal(o, oldMode)) };
  const mode = pick(kept, (option) => option === 'mode' || option === 'fail_over_mac');
  const late = pick(kept, (option) => isLegal(option, newMode) && !(option in mode));
  return {
    first: [...monitoringSteps(current, early), ...forgottenByMode(current, newMode)],
    whenDown: {},
    withoutPorts: [hiddenByMode(current, newMode), mode, ...monitoringSteps({ ...current, ...early }, late)],
  };
}

/**
 * The kernel counts delays in intervals: a new interval would change them, and without an interval it accepts none. So they are set to 0 first and restored
 * last.
 */
function monitoringSteps(current: LinkOptions, wanted: LinkOptions): readonly LinkOptions[] {
  const delays = pick(wanted, isDelay);
  const rest = pick(wanted, (option) => !isDelay(option));
  if (!isOther(current, wanted, 'miimon')) return [{ ...rest, ...delays }];
  const zeros = pick(current, (option, value) => isDelay(option) && value !== '0');
  const cleared = Object.fromEntries(Object.keys(zeros).map((option) => [option, '0']));
  return [cleared, rest, delays];
}

/** Undeclared delays stay, as far as the new interval can express them. */
function keptDelays(current: LinkOptions, wanted: LinkOptions): LinkOptions {
  const interval = Number(wanted['miimon']);
  return Object.fromEntries(
    ['updelay', 'downdelay'].map((option) => {
      const delay = Number(current[option] ?? 0);
      return [option, String(interval === 0 ? 0 : delay - (delay % interval))];
    }),
  );
}

/** Options that the new mode hides are reset. Nobody could read them, and they would surprise when the old mode returns. */
function hiddenByMode(current: LinkOptions, newMode: BondMode): LinkOptions {
  const left = unreadableElsewhere.filter((option) => option in current && !isLegal(option, newMode));
  return Object.fromEntries(left.map((option) => [option, bondOptionRule.get(option)?.initial ?? '']));
}

/** Setting a mode makes the kernel forget ARP validation. If wanted, it is set again afterwards. */
function forgottenByMode(current: LinkOptions, newMode: BondMode): readonly LinkOptions[] {
  const isForgotten = (current['arp_validate'] ?? 'none') !== 'none' && current['mode'] !== newMode;
  return isForgotten ? [{ arp_validate: 'none' }] : [];
}

function isMonitoring(option: string): boolean {
  return ['miimon', 'arp_interval', 'arp_validate', 'updelay', 'downdelay'].includes(option);
}

function isDelay(option: string): boolean {
  return option === 'updelay' || option === 'downdelay';
}

export function isLegal(option: string, mode: BondMode): boolean {
  return bondOptionRule.get(option)?.modes?.includes(mode) ?? true;
}

function conditionOf(option: string): string | undefined {
  return bondOptionRule.get(option)?.condition;
}

/** An option that the kernel does not show in a mode has its initial value. */
export function isOther(current: LinkOptions, wanted: LinkOptions, option: string): boolean {
  const now = current[option] ?? bondOptionRule.get(option)?.initial ?? '';
  const then = wanted[option];
  if (then === undefined) return false;
  // The kernel prints targets in the order of its internal slots.
  return option === 'arp_ip_target' ? sorted(now) !== sorted(then) : now !== then;
}

function sorted(list: string): string {
  return list.split(',').sort().join(',');
}

/** Sets options of a bond, and lists only those that differ. */
export function setOptions(draft: PlanBuilder, name: string, wanted: LinkOptions): void {
  const current = draft.link(name).options ?? {};
  const options = pick(wanted, (option) => isOther(current, wanted, option));
  if (Object.keys(options).length > 0) draft.update(name, { options });
}

export function pick(
  options: LinkOptions,
  isWanted: (option: string, value: string) => boolean,
): LinkOptions {
  return Object.fromEntries(Object.entries(options).filter(([option, value]) => isWanted(option, value)));
}
