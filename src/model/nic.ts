/** A NIC, with all that it may be told by whatever its name. */
export interface Nic {
  /** What the kernel, or udev, calls it: `eno3`. */
  readonly name: string;
  /** Lower-case MAC address. Of a bond's port: its permanent one. */
  readonly mac: string;
  /** `ixgbe`, `virtio_net`, ...; `veth` for an end of a veth pair, which is a NIC to a container. */
  readonly driver?: string;
  /** Slot of the PCI bus: `0000:01:00.0`. Ports of one card may share it. */
  readonly pci?: string;
}

/** NICs by name, in the order of their names. */
export type Nics = ReadonlyMap<string, Nic>;
