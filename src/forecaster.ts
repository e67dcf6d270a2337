import { forecastOf, needsLinks } from './changes/forecast.ts';
import { networkStateOf } from './changes/network-state.ts';
import { lostTaps } from './changes/guests.ts';
import type { Forecaster } from './engine/transaction/forecaster.ts';
import { links, sshPath } from './facts/index.ts';
import { readAnswer } from './model/fact.ts';

/** Forecasts the effect of changes on guests and SSH. It needs one extra fact, the SSH path; network tasks ask for the links anyway. */
export const networkForecaster: Forecaster = {
  facts: [sshPath],
  forecast: (changes, answers, others) => {
    const forecast = forecastOf(changes, networkStateOf(answers), others);
    const isBlind = readAnswer(links, answers) === undefined && changes.some(needsLinks);
    if (!isBlind) return forecast;
    const { seconds: _, ...rest } = forecast;
    return { ...rest, disruption: 'outage', reasons: ['no task asked for the links of the host'] };
  },
  verify: (before, after, changes) => {
    const [was, is] = [readAnswer(links, before), readAnswer(links, after)];
    return was === undefined || is === undefined ? [] : lostTaps(was, is, changes);
  },
};
