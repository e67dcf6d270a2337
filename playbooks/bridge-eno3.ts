import { ensureBridge, play } from 'kvmplay';

/** Layout L1: one bridge on one NIC. The bridge takes over what the NIC has on layer 3, SSH session included. */
export default play({
  name: 'bridge on eno3',
  hosts: 'kvm:!maintenance',
  async run(host) {
    await ensureBridge(host, { name: 'breno3', takeover: 'eno3' });
  },
});
