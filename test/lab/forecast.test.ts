import { beforeAll, describe, expect, it } from '@jest/globals';
import { check, ensureBridge, play, type Host, type Play } from 'kvmplay';
import type { Lab } from '../../src/lab/index.ts';
import { compareStates, makeBare, readFiles, ringLab, runOnLab, surveyLab } from './support/lab.ts';

let lab: Lab;

beforeAll(async () => {
  lab = await ringLab();
  await makeBare(lab, ['kvm3']);
}, 90_000);

function onKvm3(run: (host: Host<unknown>) => Promise<unknown>, more: Partial<Play> = {}): Play {
  return play<unknown>({
    name: 'try',
    hosts: 'kvm3',
    run: async (host) => {
      await run(host);
    },
    ...more,
  });
}

describe('a bridge that takes the address over which SSH comes', () => {
  it('is foretold as a blip on the SSH path, refused where none is allowed, and then done', async () => {
    const eno3 = (await lab.read('kvm3', 'ip -o -4 address show dev eno3')).split(/ +/)[3] ?? '';
    const gateway = (await lab.read('kvm3', 'ip -4 route show default')).split(' ')[2] ?? '';
    const move = onKvm3((host) =>
      ensureBridge(host, { name: 'br3', ports: ['eno3'], addresses: [eno3], gateway }),
    );
    const before = (await surveyLab(lab, 'kvm3')).get('kvm3');
    const files = await readFiles(lab, 'kvm3');
    const forecast = { disruption: 'blip', seconds: 1, touchesSsh: true, guests: [] };

    const refused = await runOnLab(lab, [move], { overEno3: true, maxDisruption: 'none' });

    expect(refused.summary.hosts[0]?.forecast?.reasons).toEqual([
      'the default route of IPv4 is replaced',
      `address ${eno3} moves from eno3 to br3`,
    ]);
    expect(refused.summary.hosts).toMatchObject([
      { outcome: 'failed', forecast, error: { code: 'KVMPLAY_PLAN' }, connections: 1, execs: 1 },
    ]);
    expect(compareStates(before, (await surveyLab(lab, 'kvm3')).get('kvm3'))).toEqual([]);
    expect(await readFiles(lab, 'kvm3')).toBe(files);

    const done = await runOnLab(lab, [move], { overEno3: true, maxDisruption: 'blip' });
    expect(done.summary.hosts).toMatchObject([{ outcome: 'changed', forecast }]);

    const again = await runOnLab(lab, [move], { overEno3: true, maxDisruption: 'none' });
    expect(again.summary.hosts).toMatchObject([{ outcome: 'ok', connections: 1, execs: 1 }]);
    expect(again.events.filter(({ type }) => type === 'host.forecast')).toEqual([]);
  }, 120_000);
});

describe('a guest that loses its bridge while another change is made', () => {
  it('makes the change be taken back, and is named', async () => {
    await lab.read('kvm3', 'ip link add br9 type bridge && ip link set br9 up');
    await lab.addTaps('kvm3', ['vnet3'], { bridge: 'br9' });
    const want = onKvm3((host) => ensureBridge(host, { name: 'br8', ports: ['eno5'] }), {
      // What runs on the host beside kvmplay, and takes the tap away.
      probes: [check('the intruder does not run', 'ip link set dev vnet3 nomaster')],
    });

    const result = await runOnLab(lab, [want]);

    const [host] = result.summary.hosts;
    expect(host).toMatchObject({ outcome: 'failed', rollback: 'failed', forecast: { disruption: 'none' } });
    expect(host?.error?.details).toContain('the tap vnet3 left bridge br9');
    expect(await lab.read('kvm3', 'ls -d /sys/class/net/br8 2>/dev/null || echo none')).toBe('none\n');
  }, 90_000);
});
