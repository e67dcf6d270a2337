/** A NIC with all properties that identify it independently of its name. */
export interface Nic {
  /** Name given by the kernel or udev: `eno3`. */
  readonly name: string;
  /** Lower-case MAC address. For a port of a bond the permanent one. */
  readonly mac: string;
  /** `ixgbe`, `virtio_net`, ...; `veth` for an end of a veth pair, which is a NIC to a container. */
  readonly driver?: string;
  /** Slot of the PCI bus: `0000:01:00.0`. Ports of one card may share it. */
  readonly pci?: string;
}

/** NICs by name, in the order of their names. */
export type Nics = ReadonlyMap<string, Nic>;
