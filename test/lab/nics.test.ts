import { beforeAll, describe, expect, it } from '@jest/globals';
import { ensureBond, ensureBridge, nics, play } from 'kvmplay';
import type { Lab } from '../../src/lab/index.ts';
import type { InventoryHost } from '../../src/model/inventory.ts';
import { makeBare, ringLab, runOnLab } from './support/lab.ts';

let lab: Lab;

beforeAll(async () => {
  lab = await ringLab();
  await makeBare(lab, ['kvm3']);
}, 90_000);

/** What an inventory would say of kvm3; eno3 to eno5 are veth ends there, eno1 and eno9 are hardware. */
const mapping = {
  uplink: { carriesDefaultRoute: true },
  first: { mac: '52:54:00:00:03:04' },
  second: { name: ['em5', 'eno5'], driver: 'veth' },
};

const seen: Record<string, string>[] = [];
const layout = play<unknown>({
  name: 'a bridge and a bond on NICs that the inventory tells',
  hosts: 'kvm3',
  vars: {
    '~standard': {
      version: 1,
      vendor: 'kvmplay',
      validate: (value) => ({ value: { ...(value as InventoryHost['vars']), nics: mapping } }),
    },
  },
  async run(host) {
    const found = await nics(host, ['uplink', 'first', 'second']);
    seen.push(found);
    await ensureBridge(host, { name: 'br3', takeover: found.uplink });
    await ensureBond(host, { name: 'bond6', mode: 'active-backup', ports: [found.first, found.second] });
  },
});

describe('nics on a real kernel', () => {
  it('means the same NICs once their address moved to a bridge and a bond gave them its MAC', async () => {
    const built = await runOnLab(lab, [layout], { overEno3: true });
    const macs = await lab.read('kvm3', 'cat /sys/class/net/eno4/address /sys/class/net/eno5/address');
    const again = await runOnLab(lab, [layout], { overEno3: true });

    expect(built.summary.hosts).toMatchObject([{ outcome: 'changed', connections: 2, execs: 4 }]);
    expect(new Set(macs.trim().split('\n')).size).toBe(1);
    expect(await lab.read('kvm3', 'ip -4 route show default')).toContain('dev br3');
    expect(again.summary.hosts).toMatchObject([{ outcome: 'ok', connections: 1, execs: 1 }]);
    const links = { uplink: 'eno3', first: 'eno4', second: 'eno5' };
    expect(seen).toEqual([links, links]);
  }, 120_000);
});
