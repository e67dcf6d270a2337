import { backends } from '../../backends/index.ts';
import { addresses, configFilesFact, leases, links, platform, routes } from '../../facts/index.ts';
import type { Answers, FactSet } from '../../model/fact.ts';
import type { TaskFunction } from '../define-task.ts';

/** What every network task asks of a host. The same for all, so that one survey answers a whole play. */
export const networkFacts = {
  platform,
  links,
  addresses,
  routes,
  leases,
  files: configFilesFact([...backends.values()].flatMap(({ globs }) => globs)),
} satisfies FactSet;

export type NetworkFacts = typeof networkFacts;
export type NetworkAnswers = Answers<NetworkFacts>;

/** A task about the network: `I` what users write, `D` the same after validation, `O` what it returns. */
export type NetworkTask<I, D, O> = TaskFunction<I, D, NetworkFacts, O>;
