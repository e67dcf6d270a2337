import { beforeAll, describe, expect, it } from '@jest/globals';
import { ensureBond, ensureBridge, ensureVlan, play, type Play } from 'kvmplay';
import type { Lab } from '../../src/lab/index.ts';
import { compareStates, makeBare, outcomes, ringLab, runOnLab, surveyLab } from './support/lab.ts';

let lab: Lab;

beforeAll(async () => {
  lab = await ringLab();
  await makeBare(lab, ['kvm3']);
}, 60_000);

const modes = [
  [0, 'balance-rr'],
  [1, 'active-backup'],
  [2, 'balance-xor'],
  [3, 'broadcast'],
  [5, 'balance-tlb'],
  [6, 'balance-alb'],
] as const;

function withMode(mode: number | string): Play {
  return play({
    name: `mode ${String(mode)}`,
    hosts: 'kvm3',
    async run(host) {
      const bond = await ensureBond(host, { name: 'bond6', mode: mode as 1, ports: ['eno4', 'eno5'] });
      await ensureBridge(host, { name: 'br6', ports: [bond.output.name] });
      const vlan = await ensureVlan(host, { parent: 'br6', id: 10 });
      await ensureBridge(host, { name: 'brvlan6-10', ports: [vlan.output.name] });
    },
  });
}

async function readMode(): Promise<string> {
  return await lab.read('kvm3', 'cat /sys/class/net/bond6/bonding/mode /sys/class/net/bond6/bonding/slaves');
}

describe('a bond under a bridge with a VLAN', () => {
  it.each(modes)(
    'is brought to mode %d, %s, in place',
    async (number, name) => {
      const changed = await runOnLab(lab, [withMode(number)]);
      const again = await runOnLab(lab, [withMode(name)]);

      expect(outcomes(changed)).toEqual(['kvm3 changed']);
      expect(outcomes(again)).toEqual(['kvm3 ok']);
      expect(await readMode()).toBe(`${name} ${String(number)}\neno4 eno5\n`);
      expect(await lab.read('kvm3', 'ls /sys/class/net/br6/brif')).toBe('bond6\n');
    },
    60_000,
  );

  it('keeps its MAC and that of its bridge and VLAN through a change of mode', async () => {
    const read = 'cd /sys/class/net && cat bond6/address br6/address br6.10/address brvlan6-10/address';
    const before = await lab.read('kvm3', read);

    expect(outcomes(await runOnLab(lab, [withMode('active-backup')]))).toEqual(['kvm3 changed']);

    expect(await lab.read('kvm3', read)).toBe(before);
  }, 60_000);

  it('is given back its mode when no LACP partner answers', async () => {
    const before = await surveyLab(lab, 'kvm3');

    const result = await runOnLab(lab, [withMode('802.3ad')]);

    expect(result.summary.hosts[0]).toMatchObject({ outcome: 'failed', rollback: 'proved' });
    expect(outcomes(result)[0]).toContain('bond6 has no LACP partner on all of its ports');
    expect(compareStates(before.get('kvm3'), (await surveyLab(lab, 'kvm3')).get('kvm3'))).toEqual([]);
  }, 90_000);
});
