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

/** What the engine needs to run plays; `run` of the library fills in hosts and transports. */
export interface EngineOptions {
  readonly plays: readonly Play[];
  /** The hosts of a play, in inventory order. */
  readonly hostsOf: (play: Play) => readonly InventoryHost[];
  /** Hosts at once; default 50. */
  readonly forks?: number;
  /** Fields that win over those of every play's rollout. */
  readonly rollout?: Rollout;
  /** Every host there is, so that a rollout that names a variable or group of none of them can be refused. */
  readonly inventoryHosts?: readonly InventoryHost[];
  /** Plans, shows, and changes nothing. */
  readonly checkMode?: boolean;
  /** In check mode: a command that a real run would run fails the host, since nobody can foretell what it does. */
  readonly refuseCommands?: boolean;
  /** Only tasks with one of these tags, in Ansible's meaning: `always`, `never`, `tagged`, `untagged`, `all`. Default: `all`. */
  readonly tags?: readonly string[];
  /** But none with one of these. */
  readonly skipTags?: readonly string[];
  /** Asked before a change is planned in and before a command runs; give it with `forks: 1`. Default: nobody asks. */
  readonly step?: StepAsker;
  /** How to reach a host. */
  readonly transportFor: (host: InventoryHost) => Transport;
  /** Knows what changes are. */
  readonly kinds: ChangeKinds;
  /** Foretells what changes disrupt, and looks afterwards whether others were spared; default: nobody does. */
  readonly forecaster?: Forecaster;
  /** A host whose forecast is worse fails before anything is applied; default: whatever it takes. */
  readonly maxDisruption?: Disruption;
  readonly reporters?: readonly Reporter[];
  /** Shown to no reporter, and not in the summary. Default: there are none. */
  readonly secrets?: Secrets;
  /** Seconds until a host undoes a change that no fresh connection confirmed; default 30. */
  readonly confirmTimeout?: number;
  /** Seconds for TCP, handshake and login; default 10. */
  readonly connectTimeout?: number;
  readonly signal?: AbortSignal;
  /** Who runs it, for the next who finds a host locked; one line. Default: `user@controller, process 4711`. */
  readonly owner?: string;
  /** How to wait between waves; default: as long as it takes. */
  readonly sleep?: Sleep;
}
