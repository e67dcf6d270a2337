import type { BondMode } from '../model/bond-options.ts';
import { initialBondOptions, initialBridgeOptions } from '../model/kernel.ts';
import type { Link, LinkOptions } from '../model/link.ts';

/** What of a link may differ from what the builders assume: up, MTU 1500, a MAC of its own, nobody's port. */
export type LinkDetails = Partial<Pick<Link, 'up' | 'mtu' | 'mac' | 'macPinned' | 'controller' | 'options'>>;

/** A NIC: `ethernet('eno3')`. */
export function ethernet(name: string, details: LinkDetails = {}): Link {
  return build({ name, kind: 'ethernet' }, details);
}

/** The tap of a guest: `tap('vnet0', { controller: 'br0' })`. */
export function tap(name: string, details: LinkDetails = {}): Link {
  // libvirt lets taps begin with fe, so that no bridge takes their MAC.
  return build({ name, kind: 'tap' }, { mac: `fe${macOf(name).slice(2)}`, ...details });
}

/** A bond, as the kernel makes one: `bond('bond6', 'balance-alb', { options: { miimon: '100' } })`. */
export function bond(name: string, mode: BondMode, details: LinkDetails = {}): Link {
  return build(
    { name, kind: 'bond' },
    { ...details, options: { ...initialBondOptions, mode, ...details.options } },
  );
}

/** A bridge, as the kernel makes one: STP off, forward delay 15 s. */
export function bridge(name: string, details: LinkDetails = {}): Link {
  const options: LinkOptions = { ...initialBridgeOptions, ...details.options };
  return build({ name, kind: 'bridge' }, { ...details, options });
}

/** A VLAN: `vlan('eno5', 10)` is `eno5.10`. */
export function vlan(
  parent: string,
  id: number,
  details: LinkDetails & { readonly name?: string } = {},
): Link {
  const { name = `${parent}.${id}`, ...rest } = details;
  return { ...build({ name, kind: 'vlan' }, rest), vlan: { parent, id } };
}

/** The loopback that every host has. */
export const loopback: Link = {
  name: 'lo',
  kind: 'loopback',
  up: true,
  mtu: 65536,
  mac: '00:00:00:00:00:00',
  macPinned: false,
};

function build({ name, kind }: Pick<Link, 'name' | 'kind'>, details: LinkDetails): Link {
  return { name, kind, up: true, mtu: 1500, mac: macOf(name), macPinned: false, ...details };
}

/** Always the same for a name, and seldom the same for two. */
function macOf(name: string): string {
  const hash = Array.from(name).reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 0x1000000, 7);
  const tail = hash
    .toString(16)
    .padStart(6, '0')
    .replace(/(..)(?=.)/g, '$1:');
  return `52:54:00:${tail}`;
}
