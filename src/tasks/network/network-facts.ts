import { backends } from '../../backends/index.ts';
import type { Backend } from '../../backends/backend.ts';
import { addresses, leases, links, platform, routes, rules } from '../../facts/index.ts';
import type { ConfigFiles } from '../../model/config-file.ts';
import { type Answers, type Fact, type FactSet, lazyAnswers } from '../../model/fact.ts';
import type { TaskFunction } from '../define-task.ts';

const kernelFacts = { platform, links, addresses, routes, rules, leases };

/** Facts of every backend, under the names `ifcfg.files` and `ifcfg.FACT`. */
type BackendFacts = Readonly<Record<`${string}.${string}`, Fact<unknown>>>;

/** Facts of every network task. All tasks share them, so one survey serves a whole play. */
export const networkFacts: typeof kernelFacts & BackendFacts = {
  ...kernelFacts,
  ...Object.fromEntries([...backends.values()].flatMap(factsOfBackend)),
};

function factsOfBackend({
  id,
  facts,
  files,
}: Backend): readonly (readonly [`${string}.${string}`, Fact<unknown>])[] {
  const own = Object.entries(facts).map(([name, fact]) => [`${id}.${name}`, fact] as const);
  return [[`${id}.files`, files], ...own];
}

/** Returns the files of one backend. */
export function filesOf({ id }: Backend, answers: NetworkAnswers): ConfigFiles {
  return answers[`${id}.files`] as ConfigFiles;
}

/** Returns the answers to a backend's own facts. */
export function answersOf({ id, facts }: Backend, answers: NetworkAnswers): Answers<FactSet> {
  return lazyAnswers(facts, (_, name) => answers[`${id}.${name}`]);
}

export type NetworkFacts = typeof kernelFacts & BackendFacts;
export type NetworkAnswers = Answers<NetworkFacts>;

/** A task about the network: users write `I`, `D` is the validated input, the task returns `O`. */
export type NetworkTask<I, D, O> = TaskFunction<I, D, NetworkFacts, O>;
