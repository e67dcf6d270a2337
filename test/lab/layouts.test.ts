import { beforeAll, describe, expect, it } from '@jest/globals';
import { ensureBond, ensureBridge, ensureVlan, play, type Host, type Play } from 'kvmplay';
import type { Lab } from '../../src/lab/index.ts';
import bond6 from '../../playbooks/bond6.ts';
import bridgeEno3 from '../../playbooks/bridge-eno3.ts';
import teardown from '../../playbooks/teardown.ts';
import vlan10 from '../../playbooks/vlan10.ts';
import {
  compareStates,
  makeBare,
  type NetworkState,
  outcomes,
  readFiles,
  readState,
  ringLab,
  runOnLab,
  surveyLab,
} from './support/lab.ts';

let lab: Lab;

beforeAll(async () => {
  lab = await ringLab();
  await makeBare(lab, ['kvm1', 'kvm2']);
}, 120_000);

/** L3b: the VLANs straight on the bond. */
const bond6WithoutBridge = play({
  name: 'VLANs on the bond',
  hosts: 'kvm',
  async run(host) {
    const bond = await ensureBond(host, { name: 'bond6', mode: 'active-backup', ports: ['eno4', 'eno5'] });
    const vlan = await ensureVlan(host, { parent: bond.output.name, id: 10 });
    await ensureBridge(host, { name: 'brvlan6-10', ports: [vlan.output.name] });
  },
});

const layouts: readonly (readonly [title: string, layout: Play, options: { overEno3?: boolean }])[] = [
  ['L1, with SSH over the NIC that the bridge takes over', bridgeEno3, { overEno3: true }],
  ['L2', vlan10, {}],
  ['L3b', bond6WithoutBridge, {}],
  ['L3', bond6, {}],
];

describe.each(layouts)('%s', (_, layout, options) => {
  const limit = 'kvm1,kvm2';
  const predicted = new Map<string, NetworkState>();
  let before: ReadonlyMap<string, NetworkState>;
  let filesBefore: string;

  it('is built on bare hosts', async () => {
    before = await surveyLab(lab, limit);
    filesBefore = await readFiles(lab, 'kvm1');

    const result = await runOnLab(lab, [withPrediction(layout, predicted)], { limit, ...options });

    expect(outcomes(result)).toEqual(['kvm1 changed', 'kvm2 changed']);
    expect(result.summary.hosts).toMatchObject([
      { connections: 2, execs: 4 },
      { connections: 2, execs: 4 },
    ]);
  }, 60_000);

  it('is as the plan foretold', async () => {
    const after = await surveyLab(lab, limit);

    expect([...predicted.keys()].sort()).toEqual(['kvm1', 'kvm2']);
    for (const [name, state] of predicted) expect(compareStates(state, after.get(name))).toEqual([]);
  }, 30_000);

  it('is left alone by the second run: one connection, one exec, no file touched', async () => {
    const files = await readFiles(lab, 'kvm1');
    const mark = await lab.sshMark('kvm1');

    const result = await runOnLab(lab, [layout], { limit, ...options });
    const activity = await lab.sshActivity('kvm1', mark);

    expect(outcomes(result)).toEqual(['kvm1 ok', 'kvm2 ok']);
    expect(result.summary.hosts).toMatchObject([
      { connections: 1, execs: 1 },
      { connections: 1, execs: 1 },
    ]);
    expect(activity).toMatchObject({ connections: 1, execs: 1 });
    expect(await readFiles(lab, 'kvm1')).toBe(files);
  }, 30_000);

  it('comes back from its files after a power cut', async () => {
    await lab.reboot('kvm1', { hard: true });

    const result = await runOnLab(lab, [layout], { limit: 'kvm1', ...options });

    expect(outcomes(result)).toEqual(['kvm1 ok']);
  }, 60_000);

  it('is taken away again, and the host is as it was', async () => {
    const result = await runOnLab(lab, [teardown], { limit, ...options });
    const after = await surveyLab(lab, limit);

    expect(outcomes(result)).toEqual(['kvm1 changed', 'kvm2 changed']);
    for (const [name, state] of before) {
      expect(compareStates(withoutPortState(state), withoutPortState(after.get(name)))).toEqual([]);
    }
    expect(contents(await readFiles(lab, 'kvm1'))).toEqual(contents(filesBefore));
  }, 60_000);
});

describe('L3 on two hosts', () => {
  const limit = 'kvm1,kvm2';

  it('lets guests of one VLAN reach each other, and those of two not', async () => {
    expect(outcomes(await runOnLab(lab, [bond6], { limit }))).toEqual(['kvm1 changed', 'kvm2 changed']);
    await lab.addGuest('kvm1', 'guest1', { bridge: 'brvlan6-10', address: '10.128.0.96/24' });
    await lab.addGuest('kvm2', 'guest2', { bridge: 'brvlan6-10', address: '10.128.0.97/24' });
    await lab.addGuest('kvm2', 'guest3', { bridge: 'brvlan6-12', address: '10.128.0.98/24' });

    expect(await lab.guestPing('kvm1', 'guest1', '10.128.0.97')).toBe(true);
    expect(await lab.guestPing('kvm1', 'guest1', '10.128.0.98')).toBe(false);
  }, 60_000);

  it('keeps the taps of guests and their traffic when it is changed', async () => {
    await lab.addTaps('kvm1', ['vnet7'], { bridge: 'brvlan6-10' });
    const change = play({
      name: 'change',
      hosts: 'kvm1',
      async run(host) {
        await ensureBridge(host, { name: 'brvlan6-10', ports: ['br6.10'], exact: true, ageing: 60 });
      },
    });

    expect(outcomes(await runOnLab(lab, [change]))).toEqual(['kvm1 changed']);

    const ports = await lab.read('kvm1', 'ls /sys/class/net/brvlan6-10/brif');
    expect(ports.split('\n')).toEqual(expect.arrayContaining(['br6.10', 'vnet7']));
    expect(await lab.guestPing('kvm1', 'guest1', '10.128.0.97')).toBe(true);
  }, 60_000);

  it('refuses to remove a bridge that guests are on, and names their taps', async () => {
    const remove = play({
      name: 'remove',
      hosts: 'kvm1',
      async run(host) {
        await ensureBridge(host, { name: 'brvlan6-10', state: 'absent' });
      },
    });

    const result = await runOnLab(lab, [remove]);

    expect(result.summary.hosts[0]).toMatchObject({ outcome: 'failed', error: { code: 'KVMPLAY_PLAN' } });
    expect(result.summary.hosts[0]?.error?.message).toContain('vnet7');
    expect(await lab.read('kvm1', 'cat /sys/class/net/vnet7/master/uevent')).toContain('brvlan6-10');
  }, 60_000);
});

/** The layout, which at its end also writes down what the host will be. */
function withPrediction(layout: Play, predicted: Map<string, NetworkState>): Play {
  return {
    ...layout,
    run: async (host: Host<unknown>) => {
      await layout.run(host);
      predicted.set(host.name, await readState(host));
    },
  };
}

/** A NIC that was down before it was a port is up when it is let go: that alone may differ. */
function withoutPortState(state: NetworkState | undefined): unknown {
  const links = (state?.links ?? new Map()) as ReadonlyMap<string, object>;
  return { ...state, links: new Map([...links].map(([name, link]) => [name, { ...link, up: undefined }])) };
}

/** Without the times of change. */
function contents(files: string): readonly string[] {
  return files.split('\n').map((line) => line.replace(/ \d{4}-\d\d-\d\d \d\d:\d\d:\d\d.*$/, ''));
}
