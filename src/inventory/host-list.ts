import { InventoryError } from '../errors.ts';
import { expandHosts } from './host-range.ts';
import type { InventoryBuilder } from './inventory-builder.ts';

/** Reads a list of hosts given instead of a file, such as `kvm1,kvm2`, into the builder. Throws InventoryError. */
export function readHostList(list: string, builder: InventoryBuilder): void {
  for (const pattern of splitHostList(list)) {
    const { names, port } = expand(pattern, list);
    for (const name of names) {
      if (!builder.hasHost(name)) builder.addHost('ungrouped', name, { place: { file: list }, port });
    }
  }
}

function splitHostList(list: string): readonly string[] {
  return list
    .split(',')
    .map((pattern) => pattern.trim())
    .filter((pattern) => pattern !== '');
}

function expand(pattern: string, list: string): ReturnType<typeof expandHosts> {
  try {
    return expandHosts(pattern);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new InventoryError(error.message, { file: list }, { cause: error });
  }
}
