export { fakeHost, type FakeHost, type PerformedTask } from './testing/fake-host.ts';
export type { FakeHostOptions, FakePackage } from './testing/host-options.ts';
export { bond, bridge, ethernet, type LinkDetails, tap, vlan } from './testing/link-builders.ts';
export { runPlay } from './testing/run-play.ts';
export { checkTaskLaws, type LawfulEnd, type TaskLike } from './testing/task-laws.ts';
