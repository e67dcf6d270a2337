import type { Inventory, InventoryHost } from '../model/inventory.ts';
import type { Transport } from '../transports/transport.ts';
import type { Reporter } from './events.ts';
import type { Play } from './play.ts';

/** What `run` takes. */
export interface RunOptions {
  readonly plays: readonly Play[];
  readonly inventory: Inventory;
  /** A further pattern: only hosts that are in the play's and in this one. */
  readonly limit?: string;
  /** Hosts at once; default 50. */
  readonly forks?: number;
  /** Plans, shows, and changes nothing. */
  readonly checkMode?: boolean;
  /** Variables that win over the inventory's, for every host. */
  readonly extraVars?: Readonly<Record<string, unknown>>;
  /** How to reach a host; default: by `ansible_connection`, over SSH. */
  readonly transportFor: (host: InventoryHost) => Transport;
  readonly reporters?: readonly Reporter[];
  /** Seconds until a host undoes a change that no fresh connection confirmed; default 30. */
  readonly confirmTimeout?: number;
  /** Seconds for TCP, handshake and login; default 10. */
  readonly connectTimeout?: number;
  readonly signal?: AbortSignal;
}
