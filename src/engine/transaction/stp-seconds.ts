import { linksAfter } from '../../model/kernel.ts';
import type { Link, Links } from '../../model/link.ts';
import type { RuntimeChange } from './commands.ts';

/**
 * Seconds until ports of bridges with STP forward after these changes: twice the longest forward delay, and 2 more
 * (hazard 17). `links` is the answer to the fact of that name; without it only what the changes say counts.
 */
export function stpSeconds(changes: readonly RuntimeChange[], links: unknown): number {
  let after: Links = links instanceof Map ? (links as Links) : new Map<string, Link>();
  const touched = new Set<string>();
  for (const change of changes) {
    after = linksAfter(after, change);
    if (change.kind === 'link.create') touched.add(change.link.name);
    if (change.kind === 'link.update') touched.add(change.name);
    if (change.kind === 'port.add') touched.add(change.controller);
  }
  const delays = [...touched].flatMap((name) => {
    const options = after.get(name)?.options;
    return options?.['stp_state'] === undefined || options['stp_state'] === '0'
      ? []
      : [Number(options['forward_delay'])];
  });
  return delays.length === 0 ? 0 : Math.ceil((2 * Math.max(...delays)) / 100) + 2;
}
