import { beforeAll, describe, expect, it } from '@jest/globals';
import { ensureBridge, play, type Host, type Play } from 'kvmplay';
import type { Reporter } from '../../src/engine/events.ts';
import type { Rollout } from '../../src/engine/fleet/rollout.ts';
import type { Lab } from '../../src/lab/index.ts';
import {
  compareStates,
  type LabRun,
  makeBare,
  type NetworkState,
  outcomes,
  readFiles,
  ringLab,
  runOnLab,
  surveyLab,
} from './support/lab.ts';

const names = ['kvm1', 'kvm2', 'kvm3'];
let lab: Lab;

beforeAll(async () => {
  lab = await ringLab();
  await makeBare(lab, names);
}, 120_000);

/** A bridge on eno5, and then what `more` does. */
function bridge7(rollout: Rollout, more?: (host: Host<unknown>) => Promise<unknown>): Play {
  return play<unknown>({
    name: 'br7',
    hosts: 'kvm1,kvm2,kvm3',
    rollout,
    async run(host) {
      await ensureBridge(host, { name: 'br7', ports: ['eno5'] });
      await more?.(host);
    },
  });
}

interface Whole {
  readonly states: ReadonlyMap<string, NetworkState>;
  readonly files: readonly string[];
}

async function readWhole(): Promise<Whole> {
  return {
    states: await surveyLab(lab, 'kvm1,kvm2,kvm3'),
    files: await Promise.all(names.map((name) => readFilesOnly(name))),
  };
}

/** Without the times of change: files that are put back are new ones. */
async function readFilesOnly(name: string): Promise<string> {
  return (await readFiles(lab, name)).replaceAll(/ \d{4}-\d\d-\d\d .*$/gm, '');
}

function order({ events }: LabRun): readonly string[] {
  return events.flatMap((event) =>
    event.type === 'host.start' || event.type === 'host.end' ? [`${event.type} ${event.host}`] : [],
  );
}

describe('a rollout over real hosts', () => {
  it('ends at an unreachable canary, and no other host is touched', async () => {
    const result = await runOnLab(lab, [bridge7({ canary: 1, maxFailures: '100%' })], {
      extraVars: { ansible_port: 1 },
    });

    expect(result.summary.hosts).toMatchObject([
      { host: 'kvm1', outcome: 'unreachable' },
      { host: 'kvm2', outcome: 'skipped', connections: 0, error: { message: 'canary kvm1 is unreachable' } },
      { host: 'kvm3', outcome: 'skipped', connections: 0, error: { message: 'canary kvm1 is unreachable' } },
    ]);
  }, 60_000);

  it('leaves hosts as they were when their wave is rolled back', async () => {
    const before = await readWhole();
    const failing = bridge7({ window: 1, onFailure: 'rollback-wave' }, async (host) => {
      if (host.name === 'kvm1') return;
      // What was planned so far is committed here: a second transaction follows, or a failure that undid nothing.
      await host.exec('true');
      if (host.name === 'kvm3') throw new Error('the third is not to be');
      await ensureBridge(host, { name: 'br8', ports: ['eno4'] });
    });

    const result = await runOnLab(lab, [failing]);

    const stays = { details: ['stays: + module bridge', 'stays: what `true` did'] };
    const reason = '1 of 3 hosts failed or are unreachable, at most 0 may';
    expect(result.summary.hosts).toMatchObject([
      { host: 'kvm1', outcome: 'skipped', rollback: 'proved', connections: 4, execs: 8 },
      { outcome: 'skipped', rollback: 'proved', error: { message: `undone: ${reason}`, ...stays } },
      {
        outcome: 'failed',
        rollback: 'proved',
        error: { message: 'Error: the third is not to be', ...stays },
      },
    ]);
    const after = await readWhole();
    for (const name of names) {
      expect(compareStates(before.states.get(name), after.states.get(name))).toEqual([]);
    }
    expect(after.files).toEqual(before.files);
    expect(await lab.read('kvm1', 'ls /run/kvmplay | grep -v "^token.free\\|^2"; true')).toBe('');
  }, 120_000);

  it('does not undo a bridge under the feet of a guest that came after the change', async () => {
    const failing = bridge7({ canary: 2, onFailure: 'rollback-wave' }, async (host) => {
      if (host.name !== 'kvm2') return;
      await lab.read('kvm1', 'ip tuntap add vnet9 mode tap && ip link set vnet9 master br7 up');
      throw new Error('the second is not to be');
    });

    const result = await runOnLab(lab, [failing]);
    const ports = await lab.read('kvm1', 'ls /sys/class/net/br7/brif');
    await lab.read('kvm1', 'ip link delete vnet9');

    expect(outcomes(result)).toEqual([
      'kvm1 failed: not undone: br7 of kvm1 got port vnet9 since then ',
      expect.stringContaining('kvm2 failed: Error: the second is not to be'),
      'kvm3 skipped: canary kvm2 failed ',
    ]);
    expect(ports.trim().split(/\s+/)).toEqual(['eno5', 'vnet9']);
  }, 90_000);

  it('is stopped in the middle of a soak, and goes on from there in the next run', async () => {
    const rollout: Rollout = { canary: 1, waves: ['50%', '100%'], soak: 600 };
    const stop = new AbortController();
    const stopSoon: Reporter = {
      onEvent: ({ type }) => {
        if (type === 'wave.soak') setTimeout(() => stop.abort(), 500);
      },
    };

    const first = await runOnLab(lab, [bridge7(rollout)], { signal: stop.signal, reporters: [stopSoon] });
    const second = await runOnLab(lab, [bridge7(rollout)]);

    expect(outcomes(first)).toEqual(['kvm1 ok', 'kvm2 changed', 'kvm3 skipped: cancelled ']);
    expect(outcomes(second)).toEqual(['kvm1 ok', 'kvm2 ok', 'kvm3 changed']);
    expect(order(second)).toEqual(names.flatMap((name) => [`host.start ${name}`, `host.end ${name}`]));
  }, 90_000);
});
