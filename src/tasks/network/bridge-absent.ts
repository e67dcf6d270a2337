import { PlanError } from '../../errors.ts';
import { portsOf } from '../../model/kernel.ts';
import type { Link } from '../../model/link.ts';
import { mergeAddressing, noAddressing } from './addressing.ts';
import { kernelAddressing } from './bridge-files.ts';
import type { PlanBuilder } from './plan-builder.ts';
import { layer3Of, restore } from './layer3.ts';
import { deleteLink, findOwn, freeNics, isGuestPort, warnOfLoss } from './link-changes.ts';
import { persistAlone, whole } from './persisted-link.ts';

interface Doomed {
  readonly name: string;
  readonly takeover?: string | undefined;
}

/** Removes a bridge. With `takeover` a NIC gets back the bridge's layer 3 settings. */
export function planAbsentBridge(draft: PlanBuilder, { name, takeover }: Doomed): void {
  const bridge = findOwn(draft, name, 'bridge');
  const heir = takeover === undefined ? undefined : checkHeir(draft, takeover, name);
  const inherited = draft.addressingOf(name) ?? kernelAddressing(draft, name);
  const ports = portsOf(draft.facts.links, name);

  if (bridge === undefined) draft.persist({ state: 'absent', name, kind: 'bridge' });
  else removeFromKernel(draft, bridge, { ports, heir });
  for (const port of ports) if (port.name !== heir) persistAlone(draft, port.name);

  if (heir === undefined) return;
  const own = draft.addressingOf(heir) ?? noAddressing;
  draft.persist({
    ...whole(draft, heir),
    controller: null,
    ...(inherited !== undefined && { addressing: mergeAddressing(own, inherited, heir) }),
  });
}

function removeFromKernel(
  draft: PlanBuilder,
  { name }: Link,
  { ports, heir }: { ports: readonly Link[]; heir: string | undefined },
): void {
  refuseGuests(name, ports);
  const layer3 = layer3Of(draft, name);
  const leases = draft.facts.leases.filter(({ link }) => link === name);
  if (heir !== undefined && leases.length > 0) {
    throw new PlanError(
      `${name} has ${leases.map(({ address }) => address).join(', ')} from DHCP: only static addresses can move to ${heir}`,
    );
  }
  if (heir === undefined) warnOfLoss(draft, name);
  for (const { name: gone, kind } of deleteLink(draft, name))
    draft.persist({ state: 'absent', name: gone, kind });
  if (heir === undefined) return;
  draft.update(heir, { up: true });
  restore(draft, layer3, heir);
}

/** Deleting a bridge would silently disconnect guests (hazard 9). */
function refuseGuests(name: string, ports: readonly Link[]): void {
  const strangers = ports
    .filter((port) => isGuestPort(port) || port.kind === 'other')
    .map((port) => port.name);
  if (strangers.length === 0) return;
  throw new PlanError(
    `bridge ${name} has the guest ports ${strangers.join(', ')}, it should have none before it is removed`,
  );
}

function checkHeir(draft: PlanBuilder, name: string, bridge: string): string {
  const link = draft.findLink(name);
  if (link === undefined) {
    throw new PlanError(
      `takeover ${name} of ${bridge} does not exist: free NICs here are ${freeNics(draft)}`,
    );
  }
  if (link.controller !== undefined && link.controller !== bridge) {
    throw new PlanError(
      `takeover ${name} of ${bridge} is a port of ${link.controller}, and ports have no addresses`,
    );
  }
  return name;
}
