import { bridgeNames, type Contenders } from './contenders.ts';
import { type Client, type Cost, peakMemory, timeClient } from './processes.ts';
import { readVisits, removeBridges, type StandIn, type Visits } from './stand-ins.ts';
import { median } from './statistics.ts';

export type ContenderName = 'floorA' | 'floorB' | 'connectOnly' | 'noop' | 'changed';

/** What one contender cost on all hosts together; times are medians over the rounds, in seconds. */
export interface Measurement {
  readonly contender: ContenderName;
  readonly wall: number;
  readonly cpu: number;
  /** Bytes, at the highest point. */
  readonly memory: number;
  /** Of the host that saw most, in one run. */
  readonly visits: Visits;
  readonly rounds: readonly Cost[];
}

interface Bench {
  readonly name: ContenderName;
  readonly client: Client;
  readonly prepare?: () => void;
}

/** Runs every contender once per round, one after the other, so that a busy minute of the machine hits all alike. */
export async function compareHosts(
  hosts: readonly StandIn[],
  contenders: Contenders,
  options: { readonly rounds: number; readonly onProgress: (message: string) => void },
): Promise<readonly Measurement[]> {
  const { floorA, floorB, connectOnly, kvmplay } = contenders;
  const reset = (): void => hosts.forEach((host) => removeBridges(host, bridgeNames));
  // The last one leaves its bridges to those before it in the next round.
  const benches: readonly Bench[] = [
    { name: 'floorA', client: floorA },
    { name: 'floorB', client: floorB },
    { name: 'connectOnly', client: connectOnly },
    { name: 'noop', client: kvmplay },
    { name: 'changed', client: kvmplay, prepare: reset },
  ];

  options.onProgress('warming up');
  await timeClient(kvmplay);
  const costs = new Map<ContenderName, Cost[]>();
  const visits = new Map<ContenderName, Visits[]>();
  for (let round = 0; round <= options.rounds; round++) {
    if (round > 0) options.onProgress(`round ${round} of ${options.rounds}`);
    for (const { name, client, prepare } of benches) {
      prepare?.();
      const before = readVisits(hosts);
      const cost = await timeClient(client);
      const seen = busiest(before, readVisits(hosts));
      // The first round finds cold caches, and what it does once only.
      if (round === 0) continue;
      append(costs, name, cost);
      append(visits, name, seen);
    }
  }

  options.onProgress('looking at memory');
  const measurements: Measurement[] = [];
  for (const { name, client, prepare } of benches) {
    prepare?.();
    const rounds = costs.get(name) ?? [];
    measurements.push({
      contender: name,
      wall: median(rounds.map(({ wall }) => wall)),
      cpu: median(rounds.map(({ cpu }) => cpu)),
      memory: await peakMemory(client),
      visits: mostOf(visits.get(name) ?? []),
      rounds,
    });
  }
  return measurements;
}

function busiest(before: readonly Visits[], after: readonly Visits[]): Visits {
  return mostOf(
    after.map(({ connections, execs }, index) => ({
      connections: connections - (before[index]?.connections ?? 0),
      execs: execs - (before[index]?.execs ?? 0),
    })),
  );
}

function mostOf(visits: readonly Visits[]): Visits {
  return {
    connections: Math.max(...visits.map(({ connections }) => connections)),
    execs: Math.max(...visits.map(({ execs }) => execs)),
  };
}

function append<T>(lists: Map<ContenderName, T[]>, name: ContenderName, item: T): void {
  lists.set(name, [...(lists.get(name) ?? []), item]);
}
