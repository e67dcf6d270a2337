/**
 * One modification of a host, as plain data with both sides: it can be shown, forecast, done and undone. The families in `changes` define the kinds; only
 * their types come here.
 *
 * A plan hides nothing. Side effects of the kernel (VLANs deleted with their parent, addresses lost with a link) are listed as changes of their own, before
 * the change that would cause them.
 */
export type { Change } from '../changes/index.ts';
