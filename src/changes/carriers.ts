const carriers = new Set(
  'ssh sshd openssh-server network networking ifupdown ifupdown2 initscripts NetworkManager network-manager systemd-networkd netplan.io wicked wickedd openvswitch openvswitch-switch'.split(
    ' ',
  ),
);

/** Recognizes services and packages whose loss cuts off the host or its logins. */
export function carriesNetwork(name: string): boolean {
  return carriers.has(name.replace(/\.service$/, ''));
}
