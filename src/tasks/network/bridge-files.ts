import type { Addressing } from '../../backends/backend.ts';
import { PlanError } from '../../errors.ts';
import { type AddressingSpec, declaresAddressing, toAddressing } from './addressing-input.ts';
import { addressingFromKernel, isEmptyAddressing, mergeAddressing, noAddressing } from './addressing.ts';
import type { PlanBuilder } from './plan-builder.ts';
import { isBare, type Layer3, layer3Of } from './layer3.ts';

interface Desired extends AddressingSpec {
  readonly name: string;
  readonly takeover?: string | undefined;
}

/**
 * Returns the layer 3 settings to write for the bridge; undefined to leave the files alone. It merges what the files say about the bridge, what they say
 * about the port that is taken over, and what is declared. For a link without files the kernel's state is used.
 */
export function bridgeAddressing(draft: PlanBuilder, desired: Desired): Addressing | undefined {
  const { name, takeover } = desired;
  const own = draft.addressingOf(name) ?? kernelAddressing(draft, name);
  const taken = takeover === undefined ? undefined : takenAddressing(draft, takeover);
  if (taken?.dhcp === true) {
    throw new PlanError(
      `port ${takeover ?? ''} of ${name} gets its address from DHCP: only static addresses can move to a bridge`,
    );
  }
  if (own === undefined && taken === undefined && !declaresAddressing(desired)) return undefined;

  const before = mergeAddressing(own ?? noAddressing, taken ?? noAddressing, name);
  return mergeAddressing(before, toAddressing(desired, name), name);
}

function takenAddressing(draft: PlanBuilder, port: string): Addressing | undefined {
  const inFiles = draft.addressingOf(port);
  if (inFiles !== undefined && !isEmptyAddressing(inFiles)) return inFiles;
  refusePeers(layer3Of(draft, port));
  return kernelAddressing(draft, port);
}

/** Files that do not know a link yet must be able to hold its present addresses. */
function refusePeers({ addresses }: Layer3): void {
  const ofPair = addresses.find(({ peer }) => peer !== undefined);
  if (ofPair === undefined) return;
  throw new PlanError(
    `address ${ofPair.address} of ${ofPair.link} has the peer ${ofPair.peer ?? ''}, which files cannot remember: it should be removed before this change`,
  );
}

export function kernelAddressing(draft: PlanBuilder, link: string): Addressing | undefined {
  const layer3 = layer3Of(draft, link);
  return isBare(layer3) ? undefined : addressingFromKernel(layer3);
}
