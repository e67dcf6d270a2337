import { addresses, leases, links, routes, sshPath } from '../facts/index.ts';
import { readAnswer, type SurveyAnswers } from '../model/fact.ts';
import type { NetworkState } from './course.ts';

/** The network as answers have it, by the names of facts. What nobody asked for is not there. */
export function networkStateOf(answers: SurveyAnswers): NetworkState {
  const sshLink = readAnswer(sshPath, answers)?.link;
  return {
    links: readAnswer(links, answers) ?? new Map(),
    addresses: [...(readAnswer(addresses, answers) ?? []), ...(readAnswer(leases, answers) ?? [])],
    routes: readAnswer(routes, answers),
    ...(sshLink !== undefined && { sshLink }),
  };
}
