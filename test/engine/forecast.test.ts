import { describe, expect, it } from '@jest/globals';
import type { RunEvent, RunSummary } from '../../src/engine/events.ts';
import { changeKinds } from '../../src/change-kinds.ts';
import { networkForecaster } from '../../src/forecaster.ts';
import type { Forecaster } from '../../src/engine/transaction/forecaster.ts';
import { play } from '../../src/engine/fleet/play.ts';
import type { EngineOptions } from '../../src/engine/fleet/run-options.ts';
import { runPlays } from '../../src/engine/fleet/run-plays.ts';
import type { Fact } from '../../src/model/fact.ts';
import type { Forecast } from '../../src/model/forecast.ts';
import type { Task } from '../../src/model/task.ts';
import { localTransport } from '../../src/transports/local.ts';
import { inventoryHost } from './fake-fleet.ts';

function constant(name: string): Fact<string> {
  return { name, script: `echo ${name}`, parse: (output) => output.trim(), after: (value) => value };
}

/** Wants a module or, for an empty name, nothing. */
const ensureModule: Task<string, { colour: Fact<string> }, undefined> = {
  name: 'ensureModule',
  facts: { colour: constant('colour') },
  validate: String,
  subject: (name) => name,
  plan: (name) => ({
    changes: name === '' ? [] : [{ kind: 'module.load', name, parameters: {} }],
    warnings: [],
  }),
  output: () => undefined,
};

const blip: Forecast = {
  disruption: 'blip',
  seconds: 1,
  reasons: ['eno3 goes down and up', 'so does br0'],
  guests: [],
  cascades: [],
  irreversible: [],
};

interface Trial {
  readonly summary: RunSummary;
  readonly events: readonly RunEvent[];
  /** Answers that the forecaster was given. */
  readonly answers: readonly ReadonlyMap<string, unknown>[];
}

async function runModule(name: string, options: Partial<EngineOptions> = {}): Promise<Trial> {
  const events: RunEvent[] = [];
  const answers: ReadonlyMap<string, unknown>[] = [];
  const forecaster: Forecaster = {
    facts: [constant('shape')],
    forecast: (_, given) => {
      answers.push(given);
      return blip;
    },
    verify: () => [],
  };
  const summary = await runPlays({
    kinds: changeKinds,
    plays: [
      play<unknown>({
        name: 'load',
        hosts: 'all',
        run: async (host) => {
          await host.perform(ensureModule, name);
        },
      }),
    ],
    hostsOf: () => [inventoryHost('kvm1')],
    transportFor: () => localTransport(),
    reporters: [{ onEvent: (event) => void events.push(event) }],
    checkMode: true,
    forecaster,
    ...options,
  });
  return { summary, events, answers };
}

function forecastEvents({ events }: Trial): readonly RunEvent[] {
  return events.filter(({ type }) => type === 'host.forecast');
}

describe('runPlays with a forecaster', () => {
  it('asks for its facts with those of the tasks, and tells its forecast before the tasks', async () => {
    const trial = await runModule('dummy');

    expect(trial.answers.map((answers) => Object.fromEntries(answers))).toMatchObject([
      { colour: { value: 'colour' }, shape: { value: 'shape' } },
    ]);
    expect(forecastEvents(trial)).toMatchObject([{ play: 'load', host: 'kvm1', forecast: blip }]);
    const types = trial.events.map(({ type }) => type);
    expect(types.indexOf('host.forecast')).toBeLessThan(types.indexOf('task.end'));
    expect(trial.summary.hosts).toMatchObject([{ outcome: 'changed', forecast: blip, execs: 1 }]);
  });

  it('counts what is done before the changes', async () => {
    const quiet = { seconds: 12, reason: 'a daemon lets go of eno3' };
    const first = [{ brings: [], run: [{ argv: ['true'] }], undo: [], disrupts: [quiet] }];

    const { summary } = await runModule('dummy', {
      forecaster: networkForecaster,
      kinds: { ...changeKinds, needsOf: () => ({ probes: [], seconds: 0, first }) },
    });

    expect(summary.hosts[0]?.forecast).toMatchObject({
      disruption: 'outage',
      seconds: 12,
      reasons: ['a daemon lets go of eno3'],
    });
  });

  it('is silent about a host that needs nothing', async () => {
    const trial = await runModule('', { maxDisruption: 'none' });

    expect(forecastEvents(trial)).toEqual([]);
    expect(trial.summary.hosts).toMatchObject([{ outcome: 'ok', connections: 1, execs: 1 }]);
    expect(trial.summary.hosts[0]).not.toHaveProperty('forecast');
  });

  it.each([true, false])(
    'fails a host that would be disrupted too much; check mode: %s',
    async (checkMode) => {
      const trial = await runModule('dummy', { checkMode, maxDisruption: 'none' });

      expect(trial.summary.hosts).toMatchObject([
        {
          outcome: 'failed',
          tasks: { skipped: 1 },
          execs: 1,
          forecast: blip,
          error: {
            code: 'KVMPLAY_PLAN',
            message:
              'the disruption of kvm1 would be blip (eno3 goes down and up), it should be at most none',
            details: ['so does br0'],
          },
        },
      ]);
      expect(trial.summary.hosts[0]).not.toHaveProperty('rollback');
      expect(forecastEvents(trial)).toHaveLength(1);
    },
  );

  it('lets a host pass that is disrupted as much as it may be', async () => {
    const { summary } = await runModule('dummy', { maxDisruption: 'blip' });

    expect(summary.hosts).toMatchObject([{ outcome: 'changed' }]);
  });
});
