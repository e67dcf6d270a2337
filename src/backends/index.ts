import type { Backend } from './backend.ts';
import { ifcfg } from './ifcfg/ifcfg.ts';
import { none } from './none/none.ts';

const all: readonly Backend[] = [ifcfg, none];

/** Every way of remembering the network, by the id that `network_backend` of the inventory names. */
export const backends: ReadonlyMap<string, Backend> = new Map(all.map((backend) => [backend.id, backend]));
