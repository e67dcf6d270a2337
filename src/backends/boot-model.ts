import type { ControllerKind, LinkKind, Route, VlanPlace } from '../model/link.ts';

/** A line of a file. */
export interface Place {
  readonly path: string;
  /** From 1. */
  readonly line: number;
}

/** A value with the line that sets it. A default value has the first line of the link's file. */
export interface Said<T> {
  readonly value: T;
  readonly at: Place;
}

/** The network after the next boot, as the files of a backend tell. */
export interface BootModel {
  /** By name; by permanent MAC, in lower case, where the files know no name. */
  readonly links: ReadonlyMap<string, BootLink>;
  readonly findings: readonly Finding[];
}

/**
 * `unread`: nobody can tell what the boot makes of the link, so it is not in `links`. `harmful`: the boot does not do what
 * the file seems to say, or another release does it differently. `odd`: the line has no effect, or looks like a mistake.
 */
export type FindingKind = 'unread' | 'harmful' | 'odd';

export interface Finding {
  readonly kind: FindingKind;
  /** Key of the link in `links`, or what it would be. */
  readonly link: string;
  readonly at: Place;
  /** A sentence without its full stop. It names the place. */
  readonly says: string;
}

/** A link after the boot. What is absent is left to the kernel. */
export interface BootLink {
  /** Where the files begin to speak of it. */
  readonly at: Place;
  /** Absent where the files know the link by its permanent MAC alone. */
  readonly name?: string | undefined;
  /** The permanent MAC by which the files find a NIC, in lower case. */
  readonly permanentMac?: Said<string> | undefined;
  readonly kind: Said<LinkKind>;
  /** Whether it is there and up after the boot. */
  readonly up: Said<boolean>;
  readonly controller?: Said<{ readonly name: string; readonly kind: ControllerKind }> | undefined;
  readonly vlan?: Said<VlanPlace> | undefined;
  /** Options of a bond or bridge, by the kernel's names. */
  readonly options: Readonly<Record<string, Said<string>>>;
  /** MAC that the boot gives it, in lower case. */
  readonly mac?: Said<string> | undefined;
  readonly mtu?: Said<number> | undefined;
  readonly addressing: BootAddressing;
}

/** `Addressing` with places. */
export interface BootAddressing {
  readonly addresses: readonly Said<string>[];
  readonly gateway?: Said<string> | undefined;
  readonly gateway6?: Said<string> | undefined;
  readonly dns: readonly Said<string>[];
  readonly search: readonly Said<string>[];
  readonly routes: readonly Said<Route>[];
  /** Present where the address comes from DHCP. */
  readonly dhcp?: Said<true> | undefined;
}

export function formatAt({ path, line }: Place): string {
  return `${path}:${String(line)}`;
}
