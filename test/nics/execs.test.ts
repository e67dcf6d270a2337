import { describe, expect, it } from '@jest/globals';
import { networkForecaster } from '../../src/forecaster.ts';
import { facts, nics, type Task } from '../../src/index.ts';
import { type NetworkFacts, networkFacts } from '../../src/tasks/network/network-facts.ts';
import { localTransport } from '../../src/transports/local.ts';
import type { Transport } from '../../src/transports/transport.ts';
import { inventoryHost, runOn } from '../engine/greeting.ts';

/** Asks what every network task asks, and wants nothing. */
const look: Task<undefined, NetworkFacts, number> = {
  name: 'look',
  facts: networkFacts,
  validate: () => undefined,
  subject: () => 'links',
  plan: () => ({ changes: [], warnings: [] }),
  output: (_, { links }) => links.size,
};

/** This machine, whether it has iproute2 or not. */
const withSilentIp: Transport = {
  async connect(how) {
    const connection = await localTransport().connect(how);
    return {
      exec: (script, limits) => connection.exec(`ip() { :; }\n${script}`, limits),
      close: () => connection.close(),
    };
  },
};

// No machine has this MAC, so it makes no difference which NICs the one has that the test runs on.
const mapping = { uplink: { mac: '52:54:00:ff:ff:fe' } };
const place = { file: 'host_vars/kvm1.yml', line: 3 };
const host = { ...inventoryHost('kvm1', { nics: mapping }), varPlaces: new Map([['nics', place]]) };
const options = {
  hostsOf: () => [host],
  forecaster: networkForecaster,
  checkMode: true,
  transportFor: () => withSilentIp,
};

describe('nics on a real host', () => {
  it('shares one connection and one exec with the tasks that follow', async () => {
    const refusals: unknown[] = [];
    let links = 0;

    const { summary, tasks } = await runOn(
      ['kvm1'],
      async (session) => {
        await nics(session, ['uplink']).catch((error: unknown) => refusals.push(error));
        ({ output: links } = await session.perform(look, undefined));
        await session.fact(facts.sshPath);
      },
      options,
    );

    expect(refusals).toEqual([
      expect.objectContaining({
        code: 'KVMPLAY_PLAN',
        message:
          'host_vars/kvm1.yml:3: uplink of kvm1 should be the NIC with MAC 52:54:00:ff:ff:fe, and there is none',
      }),
    ]);
    expect(links).toBeGreaterThan(0);
    expect(tasks).toEqual(['ok look links']);
    expect(summary.hosts).toMatchObject([{ outcome: 'ok', connections: 1, execs: 1 }]);
  });

  it('names the place of the variable through tags, too', async () => {
    const { summary } = await runOn(
      ['kvm1'],
      async (session) => {
        await nics(session.tagged('network'), ['uplink']);
      },
      options,
    );

    expect(summary.hosts[0]?.error?.message).toMatch(/^host_vars\/kvm1\.yml:3: uplink of kvm1/);
  });
});
