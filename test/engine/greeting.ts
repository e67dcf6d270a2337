import { changeKinds } from '../../src/change-kinds.ts';
import type { RunEvent, RunSummary, TaskEnd } from '../../src/engine/events.ts';
import { play, type Play } from '../../src/engine/fleet/play.ts';
import type { EngineOptions } from '../../src/engine/fleet/run-options.ts';
import { runPlays } from '../../src/engine/fleet/run-plays.ts';
import { PlanError } from '../../src/errors.ts';
import type { Fact } from '../../src/model/fact.ts';
import type { Host } from '../../src/model/host.ts';
import type { InventoryHost } from '../../src/model/inventory.ts';
import type { Task } from '../../src/model/task.ts';
import { localTransport } from '../../src/transports/local.ts';

const greeting: Fact<string> = {
  name: 'greeting',
  script: `printf 'hello\\n'`,
  parse: (output) => output.trim(),
  after: (value, change) => (change.kind === 'module.load' ? change.name : value),
};

/** Wants the greeting to be something else; a plan only, for check mode. */
export const ensureGreeting: Task<string, { greeting: Fact<string> }, string> = {
  name: 'ensureGreeting',
  facts: { greeting },
  validate: String,
  subject: (desired) => desired,
  plan: (desired, facts) => {
    if (desired === 'impossible') throw new PlanError('the greeting cannot be impossible');
    const load = { kind: 'module.load', name: desired, parameters: {} } as const;
    return { changes: facts.greeting === desired ? [] : [load], warnings: [] };
  },
  output: (_, facts) => facts.greeting,
};

export interface GreetingRun {
  readonly events: readonly RunEvent[];
  readonly summary: RunSummary;
  /** `skipped ensureGreeting bonjour (tags)`, in the order of the playbook. */
  readonly tasks: readonly string[];
}

/** Runs plays on this machine, under names of hosts. */
export async function runOn(
  names: readonly string[],
  run: Play | readonly Play[] | ((host: Host<unknown>) => Promise<void>),
  options: Partial<EngineOptions> = {},
): Promise<GreetingRun> {
  const events: RunEvent[] = [];
  const summary = await runPlays({
    kinds: changeKinds,
    plays: typeof run === 'function' ? [play<unknown>({ name: 'greet', hosts: 'all', run })] : [run].flat(),
    hostsOf: () => names.map((name) => inventoryHost(name)),
    transportFor: () => localTransport(),
    reporters: [{ onEvent: (event) => void events.push(event) }],
    ...options,
  });
  const ends = events.filter((event): event is RunEvent & TaskEnd => event.type === 'task.end');
  const tasks = ends.map(({ outcome, task, subject, leftOutBy }) =>
    [outcome, task, subject, ...(leftOutBy === undefined ? [] : [`(${leftOutBy})`])]
      .filter(Boolean)
      .join(' '),
  );
  return { events, summary, tasks };
}

export function inventoryHost(name: string, vars: InventoryHost['vars'] = {}): InventoryHost {
  return { name, groups: [], vars, place: { file: 'hosts.yml', line: 7 } };
}
