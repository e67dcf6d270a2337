import { addresses, leases, links, routes, sshPath } from '../facts/index.ts';
import { readAnswer, type SurveyAnswers } from '../model/fact.ts';
import type { NetworkState } from './course.ts';

/** Builds the network state from answers, by the names of facts. Facts that nobody asked for stay empty. */
export function networkStateOf(answers: SurveyAnswers): NetworkState {
  const sshLink = readAnswer(sshPath, answers)?.link;
  return {
    links: readAnswer(links, answers) ?? new Map(),
    addresses: [...(readAnswer(addresses, answers) ?? []), ...(readAnswer(leases, answers) ?? [])],
    routes: readAnswer(routes, answers),
    ...(sshLink !== undefined && { sshLink }),
  };
}
