import { ensureBond, ensureBridge, ensureVlan, play } from 'kvmplay';
import { z } from 'zod';

/** Layout L3: a bond, a bridge on it, VLANs on the bridge, and one bridge per VLAN for guests. */
export default play({
  name: 'bond6 with VLAN bridges',
  hosts: 'kvm:!maintenance',
  // What the inventory may say per host or group; the defaults are the fleet's.
  vars: z.object({
    bond_mode: z
      .enum(['balance-rr', 'active-backup', 'balance-xor', 'broadcast', '802.3ad', 'balance-tlb', 'balance-alb'])
      .default('balance-alb'),
    bond_ports: z.array(z.string()).min(1).default(['eno4', 'eno5']),
    vlan_ids: z.array(z.int()).default([10, 11, 12]),
  }),
  async run(host) {
    const { bond_mode: mode, bond_ports: ports, vlan_ids: ids } = host.vars;

    const bond = await ensureBond(host, { name: 'bond6', mode, ports });
    await ensureBridge(host, { name: 'br6', ports: [bond.output.name] });
    for (const id of ids) {
      const vlan = await ensureVlan(host, { parent: 'br6', id });
      await ensureBridge(host, { name: `brvlan6-${id}`, ports: [vlan.output.name] });
    }
  },
});
