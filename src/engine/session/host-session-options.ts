import type { Change } from '../../model/change.ts';
import type { Disruption, Forecast } from '../../model/forecast.ts';
import type { InventoryHost } from '../../model/inventory.ts';
import type { TagSelection } from '../../model/tags.ts';
import type { HostPhase } from '../events.ts';
import type { Forecaster } from '../transaction/forecaster.ts';
import type { HostConnection } from '../connection/host-connection.ts';
import type { Transactor } from '../transaction/transactor.ts';
import type { StepAsker } from './step-prompt.ts';
import type { TaskRecord } from './task-record.ts';

/** Options for the play of one host. */
export interface HostSessionOptions {
  readonly host: InventoryHost;
  /** Variables as converted by the play's schema. */
  readonly vars: unknown;
  readonly connection: HostConnection;
  readonly transactor: Transactor;
  readonly checkMode: boolean;
  /** In check mode, a command that a real run would execute is an error. */
  readonly refuseCommands: boolean;
  readonly forecaster?: Forecaster | undefined;
  readonly maxDisruption?: Disruption | undefined;
  /** Tags given to the run. */
  readonly selection: TagSelection;
  /** Called for confirmation before a change is planned and before a command runs. Default: no confirmation. */
  readonly step?: StepAsker | undefined;
  readonly onForecast: (forecast: Forecast) => void;
  readonly onPhase: (phase: HostPhase) => void;
  /** Called when a task is about to be planned. */
  readonly onTask?: (record: TaskRecord, index: number) => void;
  /** Called as soon as a transaction is committed. */
  readonly onDone: (changes: readonly Change[]) => void;
  /** After it fires, no further task is planned and nothing new is applied. */
  readonly signal?: AbortSignal | undefined;
}
