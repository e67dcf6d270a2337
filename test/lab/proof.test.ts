import { beforeAll, describe, expect, it } from '@jest/globals';
import { check, ensureAddress, play, type Play, type Probe } from 'kvmplay';
import type { Lab } from '../../src/lab/index.ts';
import { makeBare, outcomes, ringLab, runOnLab } from './support/lab.ts';

let lab: Lab;

beforeAll(async () => {
  lab = await ringLab();
  await makeBare(lab, ['kvm3']);
  await lab.read('kvm3', 'ip link set eno5 up; ip address add 10.77.0.1/24 dev eno5');
}, 60_000);

/** A probe that passes before the change and does something after it. */
function meddler(name: string, script: string): Probe {
  return check(
    'a meddler was here',
    `[ ! -e /run/${name} ] && touch /run/${name} && exit 0\n{ ${script}; } >/dev/null 2>&1\nexit 1`,
  );
}

function addressPlay(probe: Probe): Play {
  return play<unknown>({
    name: 'add an address',
    hosts: 'kvm3',
    probes: [probe],
    run: async (host) => {
      await ensureAddress(host, { link: 'eno5', addresses: ['10.78.0.1/24'] });
    },
  });
}

describe('the proof of a rollback', () => {
  it('names what is missing although no fact sees it', async () => {
    // The kernel makes this route by itself, so nothing plans it.
    const probe = meddler('route', 'ip route del 10.77.0.0/24 dev eno5');

    const { summary } = await runOnLab(lab, [addressPlay(probe)]);

    const [host] = summary.hosts;
    expect(host?.error).toMatchObject({ code: 'KVMPLAY_ROLLBACK_FAILED' });
    expect(host?.error?.details).toContain(
      'route: 10.77.0.0/24 dev eno5 proto kernel scope link src 10.77.0.1 is missing',
    );
    await lab.read('kvm3', 'ip route add 10.77.0.0/24 dev eno5 proto kernel scope link src 10.77.0.1');
  }, 90_000);

  it('does not mind a guest that starts meanwhile', async () => {
    const probe = meddler('guest', 'ip tuntap add vnet7 mode tap; ip link set vnet7 up');

    const run = await runOnLab(lab, [addressPlay(probe)]);

    expect(run.summary.hosts[0]).toMatchObject({ outcome: 'failed', rollback: 'proved' });
    expect(outcomes(run)).toEqual([expect.stringContaining('a meddler was here; kvm3 is as before')]);
    await lab.read('kvm3', 'ip link del vnet7');
  }, 90_000);
});
