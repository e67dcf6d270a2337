import { ensureBond, ensureBridge, ensureVlan, play } from 'kvmplay';

/** Takes the layouts of the other playbooks away, whichever of them a host has. The NIC under breno3 gets its address back. */
export default play({
  name: 'take bridges, VLANs and bond away',
  hosts: 'kvm:!maintenance',
  async run(host) {
    for (const id of [10, 11, 12]) {
      await ensureBridge(host, { name: `brvlan6-${id}`, state: 'absent' });
      await ensureVlan(host, { parent: 'br6', id, state: 'absent' });
    }
    await ensureBridge(host, { name: 'br6', state: 'absent' });
    await ensureVlan(host, { parent: 'bond6', id: 10, state: 'absent' });
    await ensureBond(host, { name: 'bond6', state: 'absent' });

    for (const id of [10, 12]) {
      await ensureBridge(host, { name: `brvlan-${id}`, state: 'absent' });
      await ensureVlan(host, { parent: 'eno5', id, state: 'absent' });
    }

    await ensureBridge(host, { name: 'breno3', state: 'absent', takeover: 'eno3' });
  },
});
