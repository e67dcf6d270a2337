import { addresses, leases, links, sshPath } from '../facts/index.ts';
import type { Fact } from '../model/fact.ts';
import type { NetworkState } from './course.ts';

/** The network as answers have it, by the names of facts. What nobody asked for is not there. */
export function networkStateOf(answers: ReadonlyMap<string, unknown>): NetworkState {
  const sshLink = answerTo(sshPath, answers)?.link;
  return {
    links: answerTo(links, answers) ?? new Map(),
    addresses: [...(answerTo(addresses, answers) ?? []), ...(answerTo(leases, answers) ?? [])],
    ...(sshLink !== undefined && { sshLink }),
  };
}

/** Undefined: nobody asked. */
export function answerTo<T>(fact: Fact<T>, answers: ReadonlyMap<string, unknown>): T | undefined {
  return answers.get(fact.name) as T | undefined;
}
