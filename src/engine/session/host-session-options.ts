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

/** What the play of one host is run with. */
export interface HostSessionOptions {
  readonly host: InventoryHost;
  /** As the play's schema made them. */
  readonly vars: unknown;
  readonly connection: HostConnection;
  readonly transactor: Transactor;
  readonly checkMode: boolean;
  /** In check mode commands that would run are errors. */
  readonly refuseCommands: boolean;
  readonly forecaster?: Forecaster | undefined;
  readonly maxDisruption?: Disruption | undefined;
  /** Tags that the run is for. */
  readonly selection: TagSelection;
  /** Asked before a change is planned in and before a command runs; default: nobody asks. */
  readonly step?: StepAsker | undefined;
  readonly onForecast: (forecast: Forecast) => void;
  readonly onPhase: (phase: HostPhase) => void;
  /** Called when a task is about to be planned. */
  readonly onTask?: (record: TaskRecord, index: number) => void;
  /** Called as soon as a transaction is committed. */
  readonly onDone: (changes: readonly Change[]) => void;
  /** When it fires, no further task is planned and nothing new is applied. */
  readonly signal?: AbortSignal | undefined;
}
