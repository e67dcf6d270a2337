import { ensureBond, ensureBridge, ensureVlan, play } from 'kvmplay';

/** Takes away what the other playbooks here built, and leaves a host alone that has none of it. */
export default play({
  name: 'teardown',
  hosts: 'kvm:!maintenance',
  async run(host) {
    for (const id of [10, 11, 12]) {
      await ensureBridge(host, { name: `brvlan6-${id}`, state: 'absent' });
      await ensureVlan(host, { parent: 'br6', id, state: 'absent' });
    }
    await ensureBridge(host, { name: 'br6', state: 'absent' });
    await ensureBond(host, { name: 'bond6', state: 'absent' });

    for (const id of [10, 12]) {
      await ensureBridge(host, { name: `brvlan-${id}`, state: 'absent' });
      await ensureVlan(host, { parent: 'eno5', id, state: 'absent' });
    }

    await ensureBridge(host, { name: 'breno3', state: 'absent', takeover: 'eno3' });
  },
});
