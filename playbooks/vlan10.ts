import { ensureBridge, ensureVlan, play } from 'kvmplay';

/** Layout L2: VLANs straight on a trunk NIC, each with a bridge for guests. */
export default play({
  name: 'VLANs 10 and 12 on eno5',
  hosts: 'kvm:!maintenance',
  async run(host) {
    for (const id of [10, 12]) {
      const vlan = await ensureVlan(host, { parent: 'eno5', id });
      await ensureBridge(host, { name: `brvlan-${id}`, ports: [vlan.output.name] });
    }
  },
});
