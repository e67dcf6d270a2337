import { addressFamily } from './address.ts';
import { fileFamily } from './file.ts';
import type { ChangeOf, Kind } from './kind.ts';
import { linkFamily } from './link.ts';
import { moduleFamily } from './module.ts';
import { packageFamily } from './package.ts';
import { portFamily } from './port.ts';
import { routeFamily } from './route.ts';
import { ruleFamily } from './rule.ts';
import { serviceFamily } from './service.ts';
import { sysctlFamily } from './sysctl.ts';

const families = [
  linkFamily,
  portFamily,
  addressFamily,
  routeFamily,
  ruleFamily,
  moduleFamily,
  sysctlFamily,
  serviceFamily,
  packageFamily,
  fileFamily,
] as const;

/**
 * One thing a plan does to a host, as plain data that holds both sides: it can be shown, foretold, done and undone.
 *
 * A plan hides nothing: what the kernel would do by itself (VLANs that die with their parent, addresses lost with a
 * link) is listed as changes of its own before the change that would cause it.
 */
export type Change = ChangeOf<(typeof families)[number]>;

/** Every kind of change by its name. */
export const kinds: ReadonlyMap<string, Kind<Change, Change>> = new Map<string, Kind<Change, Change>>(
  families.flatMap((family) => Object.entries<Kind<Change, Change>>(family)),
);

/** What kvmplay knows of a change. */
export function kindOf(change: Change): Kind<Change, Change> {
  const kind = kinds.get(change.kind);
  if (kind === undefined) throw new TypeError(`there is no kind of change ${change.kind}`);
  return kind;
}

/**
 * One line about a change, for reports and errors: `+ bond bond6 mode balance-alb miimon 100`, `~ eno4 mtu 1500 → 9000`,
 * `+ eno4 port of bond6`. `+` is there afterwards, `-` is gone, `~` is altered. Of a file it tells the path, never the content.
 */
export function describeChange(change: Change): string {
  return kindOf(change).describe(change);
}

/** The change that takes `change` back, or undefined for an irreversible one. */
export function inverseOf(change: Change): Change | undefined {
  return kindOf(change).inverse(change);
}
