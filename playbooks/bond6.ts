import { ensureBond, ensureBridge, ensureVlan, play } from 'kvmplay';
import * as z from 'zod';

/** What the inventory may say otherwise, for all hosts or for one. */
const vars = z.object({
  bond_ports: z.array(z.string()).default(['eno4', 'eno5']),
  bond_mode: z.literal([0, 1, 2, 3, 4, 5, 6]).default(6),
  vlan_ids: z.array(z.int()).default([10, 11, 12]),
});

/**
 * The fleet layout: a bond of two NICs, a bridge on it, VLANs on the bridge, and a bridge for the guests of each VLAN.
 *
 *     eno4 ─┬─ bond6 ── br6 ─┬─ br6.10 ── brvlan6-10
 *     eno5 ─┘                ├─ br6.11 ── brvlan6-11 ── vnet1
 *                            └─ br6.12 ── brvlan6-12
 */
export default play({
  name: 'bond6 with VLAN bridges',
  hosts: 'kvm:!maintenance',
  vars,
  async run(host) {
    const { bond_ports: ports, bond_mode: mode, vlan_ids: ids } = host.vars;
    const bond = await ensureBond(host, { name: 'bond6', mode, ports });
    await ensureBridge(host, { name: 'br6', ports: [bond.output.name] });
    for (const id of ids) {
      const vlan = await ensureVlan(host, { parent: 'br6', id });
      await ensureBridge(host, { name: `brvlan6-${id}`, ports: [vlan.output.name] });
    }
  },
});
