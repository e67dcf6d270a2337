import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { HostOutcome } from '../../../src/engine/events.ts';
import { scheduleRollout, type Rollout, type RolloutSchedule } from '../../../src/engine/fleet/rollout.ts';
import { fleet, inventoryHost, runFleet, type FleetRun, type Span } from '../fake-fleet.ts';

const host = fc.record({
  rack: fc.constantFrom('a', 'b', 'c', undefined),
  group: fc.constantFrom('pair-1', 'pair-2', 'lone'),
  script: fc.record({
    outcome: fc.constantFrom<HostOutcome>('ok', 'changed', 'changed', 'changed', 'failed', 'unreachable'),
    seconds: fc.integer({ min: 1, max: 5 }),
  }),
});

const scenario = fc.record({
  hosts: fc.array(host, { maxLength: 30 }),
  forks: fc.integer({ min: 1, max: 12 }),
  cancelAt: fc.option(fc.nat(40), { nil: undefined, freq: 4 }),
  rollout: fc.record({
    window: fc.integer({ min: 1, max: 12 }),
    canary: fc.nat(3),
    soak: fc.nat(3),
    maxFailures: fc.nat(8),
    waves: fc.constantFrom<NonNullable<Rollout['waves']>>(
      ['100%'],
      ['10%', '50%', '100%'],
      [4, '40%', '100%'],
    ),
    apart: fc.constantFrom<NonNullable<Rollout['apart']>>(
      [{ group: 'pair-*' }],
      [{ variable: 'rack', atMost: 2, countLost: true }, { group: 'pair-*' }],
    ),
    onFailure: fc.constantFrom<NonNullable<Rollout['onFailure']>>('stop', 'rollback-wave'),
  }),
});

interface Scenario extends FleetRun {
  readonly schedule: RolloutSchedule;
  readonly names: readonly string[];
}

/** Runs fleets of all sorts and looks at each. */
async function always(law: (run: Scenario) => void): Promise<void> {
  const inventory = [inventoryHost('other', { vars: { rack: 'a' }, groups: ['pair-1'] })];
  await fc.assert(
    fc.asyncProperty(scenario, async ({ hosts, forks, cancelAt, rollout }) => {
      const members = fleet(hosts.length).map((member, index) => {
        const { rack, group = '' } = hosts[index] ?? {};
        return { ...member, vars: { rack }, groups: [group] };
      });
      const names = members.map(({ name }) => name);
      const scripts = Object.fromEntries(hosts.map(({ script }, index) => [names[index] ?? '', script]));
      const run = await runFleet(members, rollout, {
        scripts,
        forks,
        inventory,
        ...(cancelAt !== undefined && { cancelAt }),
      });
      law({
        ...run,
        names,
        schedule: scheduleRollout(rollout, members, { play: 'bond6', forks, inventory }),
      });
    }),
  );
}

/** The most that were under way at one instant. */
function most(spans: readonly Span[]): number {
  const counts = spans.map(({ from }) => spans.filter((span) => span.from <= from && from < span.to).length);
  return Math.max(0, ...counts);
}

function runsOf(spans: readonly Span[]): readonly Span[] {
  return spans.filter(({ work }) => work === 'run');
}

describe('runWaves, whatever hosts do', () => {
  it('never has more hosts under way than the window and forks allow', async () => {
    await always(({ spans, schedule }) => {
      expect(most(spans)).toBeLessThanOrEqual(schedule.window);
    });
  });

  it('never has two hosts under way that are to be kept apart', async () => {
    await always(({ spans, schedule }) => {
      for (const { key, atMost } of [...schedule.apartGroups.values()].flat()) {
        const own = spans.filter((span) =>
          schedule.apartGroups.get(span.host)?.some((group) => group.key === key),
        );
        expect(most(own)).toBeLessThanOrEqual(atMost);
      }
    });
  });

  it('ends every host exactly once, run or skipped', async () => {
    await always(({ end, spans, skips, names }) => {
      const ended = [...runsOf(spans).map((span) => span.host), ...skips.map((skip) => skip.split(':')[0])];

      expect(ended.toSorted()).toEqual(names.toSorted());
      expect(end.summaries.map((summary) => summary.host).toSorted()).toEqual(names.toSorted());
    });
  });

  it('starts hosts of a wave in inventory order, but for those that wait for a place', async () => {
    await always(({ spans, schedule }) => {
      for (const { hosts } of schedule.waves) {
        const order = hosts.map(({ name }) => name);
        const started = runsOf(spans).filter((span) => order.includes(span.host));
        for (const [at, span] of started.entries()) {
          const overtaken = started
            .slice(at + 1)
            .filter((later) => order.indexOf(later.host) < order.indexOf(span.host));
          for (const { host: waiting } of overtaken) {
            const others = started.filter((other) => other.from <= span.from && span.from <= other.to);
            const neighbours = others.filter((other) => shareGroup(schedule, other.host, waiting));
            expect(neighbours.length).toBeGreaterThan(0);
          }
        }
      }
    });
  });

  it('begins no wave before the one before it has ended', async () => {
    await always(({ spans, schedule }) => {
      let end = 0;
      for (const { hosts } of schedule.waves) {
        const own = runsOf(spans).filter((span) => hosts.some(({ name }) => name === span.host));
        for (const { from } of own) expect(from).toBeGreaterThanOrEqual(end);
        end = Math.max(end, ...own.map(({ to }) => to));
      }
    });
  });

  it('has no host beside a canary', async () => {
    await always(({ spans, schedule }) => {
      const canaries = schedule.waves.filter(({ isCanary }) => isCanary).flatMap(({ hosts }) => hosts);
      const own = runsOf(spans).filter((span) => canaries.some(({ name }) => name === span.host));
      expect(most(own)).toBeLessThanOrEqual(1);
    });
  });

  it.each(['budget.broken', 'cancel'])('starts no host after %s', async (stop) => {
    await always(({ log }) => {
      const at = log.indexOf(stop);
      expect(at === -1 ? [] : log.slice(at).filter((line) => line.startsWith('run '))).toEqual([]);
    });
  });

  it('stops if and only if a canary failed or more failed than may', async () => {
    await always(({ end, spans, schedule }) => {
      const ran = new Set(runsOf(spans).map((span) => span.host));
      const isFailed = ({ name }: { readonly name: string }): boolean =>
        end.summaries.some(
          ({ host: other, outcome }) => other === name && /failed|unreachable/.test(outcome),
        );
      const waves = schedule.waves.map(({ isCanary, hosts }) => ({
        isCanary,
        failed: hosts.filter((member) => ran.has(member.name) && isFailed(member)).length,
      }));
      const failed = waves.reduce((sum, wave) => sum + wave.failed, 0);

      expect(end.broken !== undefined).toBe(
        failed > schedule.allowed || waves.some((wave) => wave.isCanary && wave.failed > 0),
      );
    });
  });

  it('leaves nothing changed in the wave that is rolled back', async () => {
    await always(({ end, log, schedule }) => {
      if (end.broken === undefined || !schedule.undoesWave || log.includes('cancel')) return;
      const wave = schedule.waves.find(({ name }) => name === end.broken?.wave);
      const stay = end.summaries.filter(
        (summary) =>
          summary.outcome === 'changed' &&
          wave?.hosts.some(({ name }) => name === summary.host) === true &&
          summary.error === undefined,
      );

      expect(stay).toEqual([]);
    });
  });
});

function shareGroup(schedule: RolloutSchedule, one: string, other: string): boolean {
  const keys = (name: string): readonly string[] =>
    (schedule.apartGroups.get(name) ?? []).map(({ key }) => key);
  return keys(one).some((key) => keys(other).includes(key));
}
