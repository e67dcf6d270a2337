export { defineConfig } from './config.ts';
export type { KvmplayConfig } from './config-options.ts';
export * from './actions/index.ts';
export type {
  HostOutcome,
  HostSummary,
  LeftOutBy,
  Reporter,
  RunEvent,
  RunSummary,
  TaskOutcome,
} from './engine/events.ts';
export { play, type Play, type PlayDefinition } from './engine/fleet/play.ts';
export { foldEvent, foldRun } from './engine/fold/fold-run.ts';
export type {
  FoldedHost,
  FoldedPhase,
  FoldedPlay,
  FoldedRun,
  FoldedTask,
  FoldedUndo,
  FoldedWave,
  HostState,
} from './engine/fold/folded-run.ts';
export { check, ping, tcp } from './engine/transaction/probes.ts';
export type { Apart, HostShare, Rollout } from './engine/fleet/rollout.ts';
export type { StepAsker, StepQuestion } from './engine/session/step-prompt.ts';
export * from './errors.ts';
export * as facts from './facts/index.ts';
export {
  buildInventory,
  type GroupDefinition,
  inventory,
  type InventoryDefinition,
  type InventoryModule,
  type InventorySource,
  loadInventory,
  type LoadInventoryOptions,
  selectHosts,
  VaultKeyring,
  type VaultPassword,
} from './inventory/index.ts';
export type {
  Action,
  ActionEffect,
  ActionEnd,
  ActionHost,
  ActionResult,
  CommandSettings,
  HostCommand,
} from './model/action.ts';
export { type Change, describeChange } from './changes/index.ts';
export type { Answers, Fact, FactSet } from './model/fact.ts';
export type { Disruption, Forecast } from './model/forecast.ts';
export type { CommandResult, Host, HostVars } from './model/host.ts';
export { Secrets } from './model/secrets.ts';
export type { Probe } from './model/probe.ts';
export type { Inventory, InventoryGroup, InventoryHost, SourcePlace } from './model/inventory.ts';
export type { HostSettings, Plan, Task, TaskResult } from './model/task.ts';
export * from './nics/index.ts';
export { type FleetPlan, type HostPlan, plan, type PlanOptions, type TaskPlan } from './plan.ts';
export { type CheckOptions, checkPlays, run, type RunOptions } from './run.ts';
export * from './tasks/index.ts';
export {
  githubReporter,
  jsonLinesReporter,
  jsonReporter,
  junitReporter,
  plainReporter,
  type RunReport,
} from './reporters/index.ts';
export { createTransports, localTransport, sshTransport } from './transports/index.ts';
export type { Connection, Transport, TransportDefaults, Transports } from './transports/index.ts';
