import { ensureBridge, ensureVlan, play } from 'kvmplay';

/**
 * VLANs straight on a trunk NIC, with a bridge for the guests of each.
 *
 *     eno5 ─┬─ eno5.10 ── brvlan-10 ── vnet0
 *           └─ eno5.12 ── brvlan-12 ── vnet1
 */
export default play({
  name: 'VLAN bridges on eno5',
  hosts: 'kvm:!maintenance',
  async run(host) {
    for (const id of [10, 12]) {
      const vlan = await ensureVlan(host, { parent: 'eno5', id });
      await ensureBridge(host, { name: `brvlan-${id}`, ports: [vlan.output.name] });
    }
  },
});
