import type { BondMode } from '../model/bond-options.ts';
import { initialBondOptions, initialBridgeOptions } from '../model/kernel.ts';
import type { Link, LinkOptions } from '../model/link.ts';

/** Deviations from the defaults of the builders: up, MTU 1500, a MAC of its own, no controller. */
export type LinkDetails = Partial<Pick<Link, 'up' | 'mtu' | 'mac' | 'macPinned' | 'controller' | 'options'>>;

/** Builds a NIC: `ethernet('eno3')`. */
export function ethernet(name: string, details: LinkDetails = {}): Link {
  return build({ name, kind: 'ethernet' }, details);
}

/** Builds the tap of a guest: `tap('vnet0', { controller: 'br0' })`. */
export function tap(name: string, details: LinkDetails = {}): Link {
  // libvirt gives taps a MAC that begins with fe, so that no bridge takes it.
  return build({ name, kind: 'tap' }, { mac: `fe${macOf(name).slice(2)}`, ...details });
}

/** Builds a bond with kernel defaults: `bond('bond6', 'balance-alb', { options: { miimon: '100' } })`. */
export function bond(name: string, mode: BondMode, details: LinkDetails = {}): Link {
  return build(
    { name, kind: 'bond' },
    { ...details, options: { ...initialBondOptions, mode, ...details.options } },
  );
}

/** Builds a bridge with kernel defaults: STP off, forward delay 15 s. */
export function bridge(name: string, details: LinkDetails = {}): Link {
  const options: LinkOptions = { ...initialBridgeOptions, ...details.options };
  return build({ name, kind: 'bridge' }, { ...details, options });
}

/** Builds a VLAN: `vlan('eno5', 10)` is `eno5.10`. */
export function vlan(
  parent: string,
  id: number,
  details: LinkDetails & { readonly name?: string } = {},
): Link {
  const { name = `${parent}.${id}`, ...rest } = details;
  return { ...build({ name, kind: 'vlan' }, rest), vlan: { parent, id } };
}

/** The loopback link of every host. */
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

/** The same name always gets the same MAC, and two names rarely share one. */
function macOf(name: string): string {
  const hash = Array.from(name).reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 0x1000000, 7);
  const tail = hash
    .toString(16)
    .padStart(6, '0')
    .replace(/(..)(?=.)/g, '$1:');
  return `52:54:00:${tail}`;
}
