import type { Disruption } from '../../model/forecast.ts';
import type { InventoryHost } from '../../model/inventory.ts';
import type { Secrets } from '../../model/secrets.ts';
import type { Transport } from '../../transports/transport.ts';
import type { Reporter } from '../events.ts';
import type { ChangeKinds } from '../transaction/change-kinds.ts';
import type { Forecaster } from '../transaction/forecaster.ts';
import type { Play } from './play.ts';
import type { Rollout } from './rollout.ts';
import type { StepAsker } from '../session/step-prompt.ts';
import type { Sleep } from './waves.ts';

/** Options of the engine. `run` of the library adds hosts and transports. */
export interface EngineOptions {
  readonly plays: readonly Play[];
  /** Returns the hosts of a play, in inventory order. */
  readonly hostsOf: (play: Play) => readonly InventoryHost[];
  /** Number of hosts at once. Default: 50. */
  readonly forks?: number | undefined;
  /** Fields that override every play's rollout. */
  readonly rollout?: Rollout | undefined;
  /** All hosts, to refuse a rollout whose variable or group belongs to none of them. */
  readonly inventoryHosts?: readonly InventoryHost[] | undefined;
  /** Plans and shows changes, but applies none. */
  readonly checkMode?: boolean | undefined;
  /** In check mode, a command that a real run would execute fails the host, because its effect is unknown. */
  readonly refuseCommands?: boolean | undefined;
  /** Runs only tasks with one of these tags, by Ansible's rules for `always`, `never`, `tagged`, `untagged` and `all`. Default: `all`. */
  readonly tags?: readonly string[] | undefined;
  /** Skips tasks with one of these tags. */
  readonly skipTags?: readonly string[] | undefined;
  /** Called for confirmation before a change is planned and before a command runs; use it with `forks: 1`. Default: no confirmation. */
  readonly step?: StepAsker | undefined;
  /** Returns the transport of a host. */
  readonly transportFor: (host: InventoryHost) => Transport;
  /** Handlers of all kinds of changes. */
  readonly kinds: ChangeKinds;
  /** Forecasts disruptions, and checks afterwards that others were not affected. Default: no forecast. */
  readonly forecaster?: Forecaster | undefined;
  /** Worst tolerated disruption: a host with a worse forecast fails before anything is applied. Default: no limit. */
  readonly maxDisruption?: Disruption | undefined;
  readonly reporters?: readonly Reporter[] | undefined;
  /** Values that are masked in events and in the summary. Default: none. */
  readonly secrets?: Secrets | undefined;
  /** Seconds after which a host undoes a change without confirmation by a fresh connection. Default: 30. */
  readonly confirmTimeout?: number | undefined;
  /** Seconds for TCP, handshake and login. Default: 10. */
  readonly connectTimeout?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Name of the runner, one line, shown to others who find the host locked. Default: `user@controller, process 4711`. */
  readonly owner?: string | undefined;
  /** Function that waits between waves. Default: a timer. */
  readonly sleep?: Sleep | undefined;
}
