import { kindOf } from '../../../../src/changes/index.ts';
import { toWork } from '../../../../src/engine/transaction/transaction-work.ts';
import { inventory, loadInventory } from '../../../../src/inventory/index.ts';
import type { Lab } from '../../../../src/lab/index.ts';
import type { Change } from '../../../../src/model/change.ts';
import { plan } from '../../../../src/plan.ts';
import type { Transport } from '../../../../src/transports/transport.ts';
import { Dice } from './dice.ts';
import { buildScript, lawScript, parseLawOutput } from './law-script.ts';
import { randomHost } from './random-host.ts';
import { randomPlay } from './random-play.ts';

/** What became of one random host. */
export interface LawCase {
  readonly seed: number;
  /** What was asked for. */
  readonly tasks: readonly string[];
  /** Why the plan was refused. */
  readonly refusal?: string | undefined;
  readonly changes: readonly string[];
  /** Lines that differ after all was made and undone, and after a part was. */
  readonly whole: readonly string[];
  readonly part: readonly string[];
  readonly complaints: readonly string[];
}

/** Namespaces at the same time on one host. */
const atOnce = 20;

/** Builds a random host in a namespace of a lab host for every seed, plans a random play on it, makes it and undoes it. */
export async function runLaw(lab: Lab, host: string, seeds: readonly number[]): Promise<readonly LawCase[]> {
  const cases: LawCase[] = [];
  for (let first = 0; first < seeds.length; first += atOnce) {
    cases.push(...(await runBatch(lab, host, seeds.slice(first, first + atOnce))));
  }
  return cases;
}

async function runBatch(lab: Lab, host: string, seeds: readonly number[]): Promise<readonly LawCase[]> {
  const timeout = 300_000;
  const names = seeds.map(nameOf);
  await lab.run(host, seeds.map((seed) => buildScript(nameOf(seed), randomHost(seed))).join('\n'), {
    timeout,
  });
  try {
    const plans = await planAll(lab, host, seeds);
    const scripts = plans.flatMap(({ seed, changes }) =>
      changes.length === 0 ? [] : [[nameOf(seed), scriptOf(seed, changes)] as const],
    );
    const files = scripts.map(
      ([name, script]) => `cat > "$folder/${name}" <<'END-OF-LAW'\n${script}\nEND-OF-LAW`,
    );
    const runs = scripts.map(
      ([name]) => `ip netns exec ${name} sh "$folder/${name}" > "$folder/${name}.out" 2>&1 &`,
    );
    const shown = scripts.map(([name]) => `echo "##### ${name}"; cat "$folder/${name}.out"`);
    const { stdout } = await lab.run(
      host,
      ['folder=$(mktemp -d)', ...files, ...runs, 'wait', ...shown, 'rm -r "$folder"'].join('\n'),
      { timeout },
    );
    const outputs = new Map(stdout.split(/^##### /m).map((text) => [/^\S*/.exec(text)?.[0] ?? '', text]));
    return plans.map((planned) => judge(planned, outputs.get(nameOf(planned.seed))));
  } finally {
    await lab.run(host, names.map((name) => `ip netns del ${name}`).join('\n'), { timeout });
  }
}

interface Planned {
  readonly seed: number;
  readonly tasks: readonly string[];
  readonly refusal: string | undefined;
  readonly changes: readonly Change[];
}

/** As the product plans, with its own survey, of namespaces instead of hosts. */
async function planAll(lab: Lab, host: string, seeds: readonly number[]): Promise<readonly Planned[]> {
  const hosts = Object.fromEntries(seeds.map((seed) => [nameOf(seed), {}]));
  const plays = seeds.map((seed) => ({ seed, wishes: randomPlay(seed, randomHost(seed).names) }));
  const wishesOf = new Map(plays.map(({ seed, wishes }) => [nameOf(seed), wishes]));
  const { hosts: planned } = await plan({
    plays: [
      {
        kvmplay: 'play',
        name: 'law',
        hosts: 'all',
        run: async (one) => {
          for (const { ask } of wishesOf.get(one.name) ?? []) await ask(one);
        },
      },
    ],
    inventory: await loadInventory([
      inventory(() => ({ law: { hosts, vars: { network_backend: 'none' } } })),
    ]),
    transportFor: ({ name }) => toNamespace(lab, host, name),
  });
  return plays.map(({ seed, wishes }) => {
    const found = planned.find((one) => one.host === nameOf(seed));
    const { error, tasks = [] } = found ?? {};
    if (error !== undefined && !['KVMPLAY_PLAN', 'KVMPLAY_TASK_INPUT'].includes(error.code)) {
      throw new Error(`seed ${String(seed)}: ${error.code} ${error.message}`);
    }
    return {
      seed,
      tasks: wishes.map(({ text }) => text),
      refusal: error?.message,
      changes: error === undefined ? tasks.flatMap(({ changes }) => changes) : [],
    };
  });
}

function toNamespace(lab: Lab, host: string, name: string): Transport {
  return {
    connect: () =>
      Promise.resolve({
        exec: (script) => lab.run(host, `ip netns exec ${name} sh <<'END-OF-EXEC'\n${script}\nEND-OF-EXEC`),
        close: () => Promise.resolve(),
      }),
  };
}

function scriptOf(seed: number, changes: readonly Change[]): string {
  const { steps } = toWork(changes, kindOf);
  const dice = new Dice(-seed);
  const step = dice.pick(steps.map((_, index) => index));
  const commands = dice.pick((steps[step]?.run ?? []).map((_, index) => index));
  return lawScript(steps, { step, commands });
}

function judge({ seed, tasks, refusal, changes }: Planned, output: string | undefined): LawCase {
  const planned = { seed, tasks, refusal, changes: changes.map((change) => kindOf(change).describe(change)) };
  if (output === undefined) return { ...planned, whole: [], part: [], complaints: [] };
  const { before, whole, part, complaints } = parseLawOutput(output);
  if (before.length === 0) throw new Error(`seed ${String(seed)}: the host said nothing`);
  return { ...planned, whole: compare(before, whole), part: compare(before, part), complaints };
}

function compare(before: readonly string[], after: readonly string[]): readonly string[] {
  return [
    ...before.filter((line) => !after.includes(line)).map((line) => `- ${line}`),
    ...after.filter((line) => !before.includes(line)).map((line) => `+ ${line}`),
  ];
}

function nameOf(seed: number): string {
  return `law${String(seed)}`;
}
