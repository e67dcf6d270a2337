import { ensureFile, ensureKernelModule, ensureSysctl, play } from 'kvmplay';

/**
 * What a hypervisor needs besides its links: guests' frames that no firewall of the host drops, forwarding, answers from
 * whichever link they must leave by, and a note for who logs in. Called together, all of it is asked for in one exec.
 */
export default play({
  name: 'host baseline',
  hosts: 'kvm:!maintenance',
  async run(host) {
    await Promise.all([
      // Loaded first: settings of a module that comes later would be overwritten as it comes.
      ensureKernelModule(host, { name: 'br_netfilter' }),
      ensureSysctl(host, { key: 'net.bridge.bridge-nf-call-iptables', value: 0 }),
      ensureSysctl(host, { key: 'net.bridge.bridge-nf-call-ip6tables', value: 0 }),
      ensureSysctl(host, { key: 'net.ipv4.ip_forward', value: 1 }),
      ensureSysctl(host, { key: 'net.ipv4.conf.all.rp_filter', value: 2 }),
      ensureFile(host, {
        path: '/etc/motd',
        content: `${host.name} is managed by kvmplay: change its playbook instead.\n`,
      }),
    ]);
  },
});
