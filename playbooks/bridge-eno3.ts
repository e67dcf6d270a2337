import { ensureBridge, play } from 'kvmplay';

/**
 * One bridge on one NIC: host, guests and LAN are peers. The bridge takes the addresses, the gateway and the DNS servers of
 * eno3 over, also while the session runs over eno3.
 *
 *     eno3 ── breno3 ── vnet0
 */
export default play({
  name: 'bridge on eno3',
  hosts: 'kvm:!maintenance',
  async run(host) {
    await ensureBridge(host, { name: 'breno3', takeover: 'eno3' });
  },
});
