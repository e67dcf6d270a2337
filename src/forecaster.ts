import type { Forecaster } from './engine/transaction/forecaster.ts';
import { addresses, leases, links, sshPath } from './facts/index.ts';
import type { Change } from './model/change.ts';
import type { Fact } from './model/fact.ts';
import { forecastOf } from './model/forecast.ts';
import { lostTaps } from './model/guests.ts';

/**
 * What changes mean to guests and to SSH. Only the way of the SSH session is asked for its sake: tasks about the network
 * ask for the links anyway.
 */
export const networkForecaster: Forecaster = {
  facts: [sshPath],
  forecast: (changes, answers) => {
    const known = answerTo(links, answers);
    const sshLink = answerTo(sshPath, answers)?.link;
    const forecast = forecastOf(changes, {
      links: known ?? new Map(),
      addresses: [...(answerTo(addresses, answers) ?? []), ...(answerTo(leases, answers) ?? [])],
      ...(sshLink !== undefined && { sshLink }),
    });
    const isBlind = known === undefined && changes.some(isAboutLinks);
    if (!isBlind) return forecast;
    const { seconds: _, ...rest } = forecast;
    return { ...rest, disruption: 'outage', reasons: ['no task asked for the links of the host'] };
  },
  verify: (before, after, changes) => {
    const [was, is] = [answerTo(links, before), answerTo(links, after)];
    return was === undefined || is === undefined ? [] : lostTaps(was, is, changes);
  },
};

/** What other changes disrupt can be told without knowing the links. */
function isAboutLinks({ kind }: Change): boolean {
  return /^(link|port|address|route)\./.test(kind);
}

/** The engine keeps answers by the names of facts. */
function answerTo<T>(fact: Fact<T>, answers: ReadonlyMap<string, unknown>): T | undefined {
  return answers.get(fact.name) as T | undefined;
}
