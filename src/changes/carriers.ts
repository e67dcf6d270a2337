const carriers = new Set(
  'ssh sshd openssh-server network networking ifupdown ifupdown2 initscripts NetworkManager network-manager systemd-networkd netplan.io wicked wickedd openvswitch openvswitch-switch'.split(
    ' ',
  ),
);

/** A service or package without which the host has no network, or nobody gets in. */
export function carriesNetwork(name: string): boolean {
  return carriers.has(name.replace(/\.service$/, ''));
}
