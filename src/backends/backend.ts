import type { ConfigFiles } from '../model/config-file.ts';
import type { Answers, Fact, FactSet } from '../model/fact.ts';
import type { ControllerKind, LinkKind, LinkOptions, Route, VlanPlace } from '../model/link.ts';

/** A way of remembering the network across reboots. Pure: it asks by facts, and turns files into files. */
export interface Backend<F extends FactSet = FactSet> {
  /** As `network_backend` of the inventory names it. */
  readonly id: string;
  /** Its own questions, asked of every host: cheap ones. */
  readonly facts: F;
  /** The files that it reads or writes. On a host where it can own no link the script ends before it looks for any. */
  readonly files: Fact<ConfigFiles>;
  /** Keys of its files whose values are shown to nobody: passwords. The rest is shown, whatever the mode of a file. */
  readonly secretKeys: readonly string[];
  /** How strongly it claims a link; 0: not at all. The strongest claim owns the link. */
  owns(link: LinkIdentity, answers: Answers<F>): number;
  /** Whether it is what brings the links that it owns up at boot. */
  boots(answers: Answers<F>): BootVerdict;
  /** What files say about the addresses of a link they know, if only that it has none; undefined when they do not know it. */
  addressingOf(files: ConfigFiles, link: LinkIdentity): Addressing | undefined;
  /**
   * The files as they should be: `files` with what is wanted written in. What is not wanted by somebody stays as it is, to
   * the byte; a file that already says what is wanted is returned unchanged. Throws PlanError for what the format cannot say.
   */
  edit(files: ConfigFiles, wanted: readonly WantedLink[], answers: Answers<F>): ConfigFiles;
}

export type BootVerdict =
  | { readonly boots: true }
  /** `why` is a sentence without its full stop. */
  | { readonly boots: false; readonly why: string };

/** How a link is found in files: by device name or by permanent MAC, never by file name. */
export interface LinkIdentity {
  readonly name: string;
  readonly mac?: string | undefined;
}

/** What shall be remembered of a link, or that it shall be forgotten. */
export type WantedLink = PresentLink | AbsentLink;

export interface AbsentLink {
  readonly state: 'absent';
  readonly name: string;
  readonly kind: LinkKind;
}

/** An absent key means: whatever the files say about it stays. */
export interface PresentLink {
  readonly state: 'present';
  readonly name: string;
  readonly kind: LinkKind;
  /** Permanent MAC, to find the file by HWADDR; never written. */
  readonly permanentMac?: string;
  /** MAC to set at boot; null: none, the kernel's choice. */
  readonly mac?: string | null;
  readonly mtu?: number;
  readonly vlan?: VlanPlace;
  /**
   * Of a bond or bridge: options in the kernel's names and spelling (see `LinkOptions`). Complete: the files shall set
   * these and no others. Of a bridge: `stp_state`, `forward_delay` and `ageing_time` in hundredths of a second as sysfs
   * has them, `priority`.
   */
  readonly options?: LinkOptions;
  /** The bond or bridge it is a port of; null: none. */
  readonly controller?: { readonly name: string; readonly kind: ControllerKind } | null;
  /** Complete: addresses, gateway, DNS servers and routes not named here are removed from the files. */
  readonly addressing?: Addressing;
}

/** What gives a link its place on layer 3. */
export interface Addressing {
  /** With prefix length, IPv4 and IPv6, in order: the first IPv4 one is the primary. */
  readonly addresses: readonly string[];
  /** IPv4 default gateway. */
  readonly gateway?: string;
  /** IPv6 default gateway. */
  readonly gateway6?: string;
  readonly dns: readonly string[];
  /** DNS search domains. */
  readonly search?: readonly string[];
  /** Static routes through this link, without the default ones. */
  readonly routes: readonly Route[];
  /** The address comes from DHCP: `addresses` is empty. */
  readonly dhcp?: boolean;
}
