import type { PresentLink } from '../../backends/backend.ts';
import { type BondMode, bondOptionRule } from '../../model/bond-options.ts';
import { initialBridgeOptions } from '../../model/kernel.ts';
import type { LinkOptions } from '../../model/link.ts';
import { isLegal, pick } from './bond-options.ts';
import type { PlanBuilder } from './plan-builder.ts';

/** Returns a link for the files. A link without files is described completely, since they could not bring it up otherwise. */
export function whole(draft: PlanBuilder, name: string): PresentLink {
  const { kind, vlan, options = {} } = draft.link(name);
  const present = draft.present(name);
  if (draft.addressingOf(name) !== undefined) return present;
  return {
    ...present,
    ...(vlan !== undefined && { vlan }),
    ...(kind === 'bond' && { options: bondFileOptions(options, []) }),
    ...(kind === 'bridge' && { options: bridgeFileOptions(options, {}) }),
  };
}

/** Writes to the files that a link is no port any more, if they know the link. */
export function persistAlone(draft: PlanBuilder, name: string): void {
  if (draft.addressingOf(name) !== undefined) draft.persist({ ...draft.present(name), controller: null });
}

/** Returns the declared options, and those that differ from the kernel's defaults. Of the two kinds of monitoring only the active one is included. */
export function bondFileOptions(options: LinkOptions, declared: readonly string[]): LinkOptions {
  const mode = options['mode'] as BondMode;
  const usesArp = Number(options['arp_interval']) > 0;
  return pick(options, (option, value) => {
    if (option === 'mode') return true;
    if (!isLegal(option, mode) || value === '') return false;
    if (option === 'miimon') return !usesArp;
    if (option.startsWith('arp_') && !usesArp) return false;
    return declared.includes(option) || value !== bondOptionRule.get(option)?.initial;
  });
}

/** Always includes STP and forward delay, since tools have other defaults. Otherwise as for a bond. */
export function bridgeFileOptions(options: LinkOptions, declared: LinkOptions): LinkOptions {
  const unusual = pick(
    options,
    (option, value) =>
      (option === 'priority' || option === 'ageing_time') &&
      value !== initialBridgeOptions[option] &&
      !isMomentary(options, option),
  );
  const { stp_state: stp = '0', forward_delay: delay = '0' } = options;
  return { stp_state: stp, forward_delay: delay, ...unusual, ...declared };
}

/** During a topology change a bridge forgets MACs after twice its forward delay, whatever its setting. */
export function isMomentary(options: LinkOptions, option: string): boolean {
  const { stp_state: stp, forward_delay: delay, ageing_time: ageing } = options;
  return option === 'ageing_time' && stp === '1' && Number(ageing) === 2 * Number(delay);
}
