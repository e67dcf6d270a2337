/**
 * One thing a plan does to a host, as plain data that holds both sides: it can be shown, foretold, done and undone. Its
 * kinds are those of the families in `changes`, of which only the types come here.
 *
 * A plan hides nothing: what the kernel would do by itself (VLANs that die with their parent, addresses lost with a
 * link) is listed as changes of its own before the change that would cause it.
 */
export type { Change } from '../changes/index.ts';
