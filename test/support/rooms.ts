/** All of the model that the engine may know: it runs changes and asks facts, and knows no network. */
const modelOfEngine = [
  'action',
  'bounded-lines',
  'command',
  'escape-pattern',
  'fact',
  'forecast',
  'format-place',
  'host',
  'inventory',
  'nearest-name',
  'probe',
  'secrets',
  'shell-quote',
  'staged-file',
  'step',
  'tags',
  'task',
].map((name) => `model/${name}.ts`);
const belowEngine = ['type model/change.ts', ...modelOfEngine, 'errors.ts', 'transports/transport.ts'];

/**
 * What each room may import besides itself: rooms, or single files of a room; after `type` only types, which are not there
 * when it runs. A file belongs to the longest name here that it begins with, so a room inside a room has rules of its own.
 */
export const rooms: Readonly<Record<string, readonly string[]>> = {
  model: ['type changes'],
  'errors.ts': ['model'],
  facts: ['model', 'type changes', 'errors.ts'],
  changes: ['model', 'facts', 'errors.ts'],
  backends: ['model', 'facts', 'errors.ts'],
  transports: ['model', 'errors.ts'],
  inventory: ['model', 'errors.ts', 'transports'],
  actions: ['model', 'tasks/input', 'errors.ts'],
  tasks: ['model', 'type changes', 'facts', 'backends', 'errors.ts'],
  nics: ['model', 'facts', 'tasks/input', 'tasks/network/network-facts.ts', 'errors.ts'],
  engine: belowEngine,
  'engine/connection': ['engine', ...belowEngine],
  'engine/transaction': ['engine', 'engine/connection', ...belowEngine],
  'engine/session': ['engine', 'engine/connection', 'engine/transaction', ...belowEngine],
  'engine/fleet': ['engine', 'engine/session', ...belowEngine],
  'engine/fold': ['engine', ...belowEngine],
  reporters: ['engine/events.ts', 'engine/fold', 'changes', 'model', 'errors.ts'],
  lab: ['model', 'errors.ts', 'inventory', 'transports'],
  testing: ['engine', 'changes', 'tasks', 'facts', 'model', 'errors.ts'],
  'testing.ts': ['testing'],
  'index.ts': ['*'],
  'run.ts': ['*'],
  'plan.ts': ['*'],
  'change-kinds.ts': ['engine', 'changes'],
  'forecaster.ts': ['engine', 'changes', 'facts', 'model'],
  'config.ts': ['*'],
  'config-options.ts': ['*'],
  cli: ['*'],
};
