export { play, type Play, type PlayDefinition } from './engine/play.ts';
export * from './errors.ts';
export type { Change } from './model/change.ts';
export type { Fact } from './model/fact.ts';
export type { CommandResult, Host, HostVars } from './model/host.ts';
export type { Plan, Task, TaskResult } from './model/task.ts';
export * from './tasks/index.ts';
