import type { InventoryHost } from '../model/inventory.ts';
import type { Transport } from '../transports/transport.ts';
import type { Reporter } from './events.ts';
import type { Play } from './play.ts';

/** What the engine needs to run plays; `run` of the library fills in hosts and transports. */
export interface EngineOptions {
  readonly plays: readonly Play[];
  /** The hosts of a play, in inventory order. */
  readonly hostsOf: (play: Play) => readonly InventoryHost[];
  /** Hosts at once; default 50. */
  readonly forks?: number;
  /** Plans, shows, and changes nothing. */
  readonly checkMode?: boolean;
  /** Variables that win over the inventory's, for every host. */
  readonly extraVars?: Readonly<Record<string, unknown>>;
  /** How to reach a host. */
  readonly transportFor: (host: InventoryHost) => Transport;
  readonly reporters?: readonly Reporter[];
  /** Seconds until a host undoes a change that no fresh connection confirmed; default 30. */
  readonly confirmTimeout?: number;
  /** Seconds for TCP, handshake and login; default 10. */
  readonly connectTimeout?: number;
  readonly signal?: AbortSignal;
  /** Who runs it, shown to the next who finds the host locked; default: kvmplay and its process id. */
  readonly owner?: string;
}
