import type { Backend } from './backend.ts';
import { ifcfg } from './ifcfg/ifcfg.ts';
import { none } from './none/none.ts';

const all: readonly Backend[] = [ifcfg, none];

/** Every backend by its id, as in `network_backend` of the inventory. */
export const backends: ReadonlyMap<string, Backend> = new Map(all.map((backend) => [backend.id, backend]));
