import type { ConfigFiles } from '../model/config-file.ts';
import type { Answers, Fact, FactSet } from '../model/fact.ts';
import type { ControllerKind, LinkKind, LinkOptions, Route, VlanPlace } from '../model/link.ts';
import type { BootModel } from './boot-model.ts';

/** A way to persist the network across reboots. Pure: facts ask the host, and files are turned into files. */
export interface Backend<F extends FactSet = FactSet> {
  /** Name in `network_backend` of the inventory. */
  readonly id: string;
  /** The backend's own facts. Every host is asked for them, so they must be cheap. */
  readonly facts: F;
  /** The files that the backend reads or writes. On a host where it can own no link the script ends before it looks for any. */
  readonly files: Fact<ConfigFiles>;
  /** Keys in its files whose values are never shown: passwords. All other content is shown, whatever the mode of a file. */
  readonly secretKeys: readonly string[];
  /** Returns the strength of its claim to a link; 0: no claim. The strongest claim owns the link. */
  owns(link: LinkIdentity, answers: Answers<F>): number;
  /** Tells whether the backend brings its links up at boot. */
  boots(answers: Answers<F>): BootVerdict;
  /** Tells what the next boot makes of the files. */
  read(files: ConfigFiles, answers: Answers<F>): BootModel;
  /**
   * Writes the wanted state into `files`. Everything that nobody asked for stays, to the byte; a file that already means what is wanted, in whatever words, is
   * returned unchanged. Throws PlanError if the format cannot express it.
   */
  edit(files: ConfigFiles, wanted: readonly WantedLink[], answers: Answers<F>): ConfigFiles;
}

export type BootVerdict =
  | { readonly boots: true }
  /** `why` is a sentence without a full stop. */
  | { readonly boots: false; readonly why: string };

/** Identifies a link in files: by device name or by permanent MAC, never by file name. */
export interface LinkIdentity {
  readonly name: string;
  readonly mac?: string | undefined;
}

/** The wanted persistent state of a link. */
export type WantedLink = PresentLink | AbsentLink;

export interface AbsentLink {
  readonly state: 'absent';
  readonly name: string;
  readonly kind: LinkKind;
}

/** A link to persist. An absent member leaves its setting in the files alone. */
export interface PresentLink {
  readonly state: 'present';
  readonly name: string;
  readonly kind: LinkKind;
  /** Permanent MAC, to find the file by HWADDR; never written. */
  readonly permanentMac?: string | undefined;
  /** MAC to set at boot; null: none, the kernel's choice. */
  readonly mac?: string | null;
  readonly mtu?: number | undefined;
  readonly vlan?: VlanPlace | undefined;
  /**
   * Bonds and bridges only: options in the kernel's names and spelling (see `LinkOptions`). Complete: other options are removed from the files. For a
   * bridge: `stp_state`, `forward_delay` and `ageing_time` in hundredths of a second as in sysfs, `priority`.
   */
  readonly options?: LinkOptions | undefined;
  /** The bond or bridge of a port; null: none. */
  readonly controller?: { readonly name: string; readonly kind: ControllerKind } | null;
  /** Complete: addresses, gateway, DNS servers and routes not named here are removed from the files. */
  readonly addressing?: Addressing;
}

/** The layer 3 settings of a link. */
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
  /** Static routes over this link, except default routes. */
  readonly routes: readonly Route[];
  /** The address comes from DHCP: `addresses` is empty. */
  readonly dhcp?: boolean;
}
