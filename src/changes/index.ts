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
 * One modification of a host, as plain data with both sides: it can be shown, forecast, done and undone.
 *
 * A plan hides nothing. Side effects of the kernel (VLANs deleted with their parent, addresses lost with a link) are listed as changes of their own, before
 * the change that would cause them.
 */
export type Change = ChangeOf<(typeof families)[number]>;

/** Every kind of change by its name. */
export const kinds: ReadonlyMap<string, Kind<Change, Change>> = new Map<string, Kind<Change, Change>>(
  families.flatMap((family) => Object.entries<Kind<Change, Change>>(family)),
);

/** Returns the handlers of a change's kind. */
export function kindOf(change: Change): Kind<Change, Change> {
  const kind = kinds.get(change.kind);
  if (kind === undefined) throw new TypeError(`there is no kind of change ${change.kind}`);
  return kind;
}

/**
 * Describes a change in one line, for reports and errors: `+ bond bond6 mode balance-alb miimon 100`, `~ eno4 mtu 1500 → 9000`, `+ eno4 port of bond6`. `+`
 * adds, `-` removes, `~` alters. For a file it names the path, never the content.
 */
export function describeChange(change: Change): string {
  return kindOf(change).describe(change);
}

/** Returns the change that undoes `change`; undefined if it is irreversible. */
export function inverseOf(change: Change): Change | undefined {
  return kindOf(change).inverse(change);
}
