import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Controllers } from './support/children.ts';
import { both, type Both, Faults, outcomesOf, type Whole } from './support/faults.ts';
import { endOn, killers, look, slow, untilPhase } from './support/protocol.ts';
import { attacks } from './support/rows.ts';

jest.setTimeout(300_000);

let faults: Faults;
let controllers: Controllers;
let before: Both<Whole>;

beforeAll(async () => {
  faults = await Faults.prepare();
  controllers = new Controllers(faults.lab);
});

afterAll(() => controllers.remove());

beforeEach(async () => {
  before = await faults.begin();
});

afterEach(() =>
  both(({ host }) =>
    faults.lab.read(
      host,
      'rm -f /usr/local/bin/sync /usr/local/bin/ip; findmnt -no FSTYPE,SIZE /run | grep -q 12K && umount /run; true',
    ),
  ),
);

const rolledBack = expect.stringMatching(/^failed KVMPLAY_ROLLED_BACK .* is as before$/);

describe('a transaction that somebody ends before its time', () => {
  it(attacks['rollback-early'].fault, async () => {
    await both(({ host }) => faults.lab.read(host, slow('sync', 6)));

    const ends = await both(async (layout) => {
      const run = faults.run(layout, layout.change, { confirmTimeout: 60 });
      await untilPhase(faults.lab, layout.host, 'staging');
      const ended = await endOn(faults.lab, layout.host, 'rollback');
      return { run: await run, ended };
    });

    expect({ L1: ends.L1.ended, L3: ends.L3.ended }).toEqual({ L1: 'rolled-back', L3: 'rolled-back' });
    expect(outcomesOf({ L1: ends.L1.run, L3: ends.L3.run })).toEqual({ L1: rolledBack, L3: rolledBack });
    await faults.expectBefore('rollback-early', before);
  });

  it(attacks['confirm-early'].fault, async () => {
    await both(({ host }) =>
      faults.lab.read(host, slow('ip', 1, { calls: '^(link|address) ', phase: 'applying' })),
    );

    const ends = await both(async (layout) => {
      const run = faults.run(layout, layout.change, { confirmTimeout: 90 });
      await untilPhase(faults.lab, layout.host, 'applying');
      const ended = await endOn(faults.lab, layout.host, 'commit');
      return { run: await run, ended };
    });

    // It waits while the change is being applied, or says that it is.
    for (const { ended } of [ends.L1, ends.L3]) expect(['applying', 'applied', 'committed']).toContain(ended);
    expect(outcomesOf({ L1: ends.L1.run, L3: ends.L3.run })).toEqual({ L1: 'changed', L3: 'changed' });
    await both(({ host }) => faults.lab.read(host, 'rm -f /usr/local/bin/ip'));
    await faults.expectWanted('confirm-early');
  });

  it(attacks['commit-twice'].fault, async () => {
    const ends = await both(async (layout) => {
      const controller = await controllers.start(layout, { confirmTimeout: 60, dies: 'verify' });
      await controller.ended;
      await untilPhase(faults.lab, layout.host, 'applied');
      await faults.lab.read(layout.host, slow('sync', 4));
      const first = endOn(faults.lab, layout.host, 'commit');
      await untilPhase(faults.lab, layout.host, '[cf]*');
      const second = await endOn(faults.lab, layout.host, 'rollback');
      return [await first, second];
    });

    expect(ends).toEqual({ L1: ['committed', 'committed'], L3: ['committed', 'committed'] });
    await faults.expectWanted('commit-twice');
  });
});

describe('a transaction whose steps or guard go wrong', () => {
  it(attacks['hanging-step'].fault, async () => {
    await both(({ host, id }) =>
      faults.lab.read(
        host,
        slow('ip', 40, { calls: id === 'L1' ? '^address add' : '^link set', phase: 'applying' }),
      ),
    );

    const runs = await both((layout) =>
      faults.run(layout, layout.change, { confirmTimeout: 5, connectTimeout: 2 }),
    );
    await both((layout) => faults.whenEnded(layout));
    await both(({ host }) => faults.lab.read(host, 'rm -f /usr/local/bin/ip; ! pgrep -f "^sleep 40"'));

    for (const outcome of Object.values(outcomesOf(runs))) expect(outcome).toMatch(/^failed KVMPLAY_ROLL/);
    await faults.expectBefore('hanging-step', before);
  });

  it(attacks['guard-killed'].fault, async () => {
    await both(async (layout) => {
      const controller = await controllers.start(layout, { confirmTimeout: 8, dies: 'verify' });
      await controller.ended;
      await faults.lab.read(layout.host, killers.guard);
      await faults.lab.read(layout.host, look);
      await faults.whenEnded(layout);
    });

    await faults.expectBefore('guard-killed', before);
  });

  it(attacks['edited-between'].fault, async () => {
    const edited = '$(ls -t /etc/sysconfig/network-scripts/ifcfg-* | grep -v ifcfg-lo | head -n 1)';
    const runs = await both(async (layout) => {
      const { host } = layout;
      return await faults.run(layout, layout.change, {
        confirmTimeout: 60,
        reporters: [
          {
            onEvent: async (event) => {
              if (event.type !== 'host.phase' || event.phase !== 'verify') return;
              await faults.lab.read(
                host,
                `cd /etc/sysconfig/network-scripts && for f in ifcfg-*; do cp -a "$f" "/tmp/keep-$f"; echo "# by hand" >> "$f"; done`,
              );
            },
          },
        ],
      });
    });

    const left = await both(({ host }) =>
      faults.lab.read(
        host,
        `tail -n 1 ${edited}; cd /tmp && for f in keep-ifcfg-*; do mv "$f" "/etc/sysconfig/network-scripts/\${f#keep-}"; done`,
      ),
    );
    const message = expect.stringMatching(
      /^failed KVMPLAY_ROLL.* was changed by somebody else before the commit/,
    );
    expect(outcomesOf(runs)).toEqual({ L1: message, L3: message });
    expect(left).toEqual({ L1: '# by hand\n', L3: '# by hand\n' });
    await faults.expectBefore('edited-between', before);
  });
});
