import type { ConfigFiles } from '../../model/config-file.ts';
import type { LinkKind } from '../../model/link.ts';
import type { BootLink, BootModel, Finding, FindingKind, Place, Said } from '../boot-model.ts';
import { formatAt } from '../boot-model.ts';
import { passedOver, readAddressing } from './addressing.ts';
import type { IfcfgFile } from './ifcfg-file.ts';
import {
  everyValue,
  firstLine,
  peekValue,
  placeOf,
  refuseUneditable,
  saidValue,
  shellLines,
  valueOf,
} from './ifcfg-file.ts';
import { doubleFiles, IfcfgTree, nameInPath } from './ifcfg-tree.ts';
import { type ReadOptions, readBondOptions, readBridgeOptions } from './link-options.ts';
import type { NetworkManager } from './network-manager.ts';
import { controllerOf, deviceOf, isNo, kindOf, staysDown, vlanPlaceOf } from './place-in-layout.ts';
import { UnreadableError } from './unreadable.ts';

/** Reads the files as the initscripts of EL7 do at boot. */
export function readIfcfg(
  files: ConfigFiles,
  { networkManager }: { readonly networkManager: NetworkManager },
): BootModel {
  const tree = new IfcfgTree(files);
  const findings: Finding[] = [];
  const links = new Map<string, BootLink>();
  for (const [key, found] of filesByLink(tree, findings)) {
    const reader = new LinkReader(tree, { key, networkManager });
    try {
      const [file, double] = found;
      if (file === undefined) continue;
      if (double !== undefined) throw doubleFiles(file, double, key);
      links.set(key, reader.read(file));
      findings.push(...reader.findings);
    } catch (error) {
      findings.push(unread(key, error));
    }
  }
  startPorts(links, findings);
  tellOfSecondGateways(links, findings);
  return { links, findings };
}

/** Groups files as `IfcfgTree.find` does: a file that names its link goes before one whose own name is that of the link. */
function filesByLink(tree: IfcfgTree, findings: Finding[]): ReadonlyMap<string, readonly IfcfgFile[]> {
  const named = new Map<string, readonly IfcfgFile[]>();
  const called = new Map<string, readonly IfcfgFile[]>();
  for (const path of tree.interfacePaths()) {
    try {
      const file = tree.parse(path);
      if (file === undefined) continue;
      const isNamed = [peekValue(file, 'DEVICE'), peekValue(file, 'HWADDR')].some(
        (value) => (value ?? '') !== '',
      );
      const key = keyOf(file);
      const group = isNamed ? named : called;
      group.set(key, [...(group.get(key) ?? []), file]);
    } catch (error) {
      findings.push(unread(nameInPath(path), error));
    }
  }
  for (const file of [...named.values()].flat()) {
    const [other] = named.get(peekValue(file, 'HWADDR')?.toLowerCase() ?? '') ?? [];
    if (other === undefined || other === file) continue;
    named.set(keyOf(file), [file, other]);
    named.set(keyOf(other), [other, file]);
  }
  return new Map([...called, ...named]);
}

function keyOf(file: IfcfgFile): string {
  const device = peekValue(file, 'DEVICE')?.trimEnd() ?? '';
  if (device !== '') return device;
  const mac = peekValue(file, 'HWADDR') ?? '';
  return mac === '' ? nameInPath(file.path) : mac.toLowerCase();
}

function unread(link: string, error: unknown): Finding {
  if (!(error instanceof UnreadableError)) throw error;
  return { kind: 'unread', link, at: error.at, says: error.message };
}

/** Reads the files of one link. */
class LinkReader {
  readonly findings: Finding[] = [];
  readonly #tree: IfcfgTree;
  readonly #key: string;
  readonly #networkManager: NetworkManager;

  constructor(tree: IfcfgTree, { key, networkManager }: { key: string; networkManager: NetworkManager }) {
    this.#tree = tree;
    this.#key = key;
    this.#networkManager = networkManager;
  }

  read(file: IfcfgFile): BootLink {
    refuseUneditable(file);
    const name = deviceOf(file);
    const kind = kindOf(this.#tree, file);
    const hardware = saidValue(file, 'HWADDR');
    const down = this.#whyDown(file, kind.value);
    this.#tellOfManager(file);
    this.#tellOfOddities(file);
    return {
      at: firstLine(file),
      name,
      permanentMac: hardware && lowerCase(hardware),
      kind,
      up: down === undefined ? { value: true, at: placeOf(file, 'ONBOOT') } : { value: false, at: down },
      controller: this.#controller(file),
      vlan: kind.value === 'vlan' ? vlanPlaceOf(file) : undefined,
      options: this.#unlessHidden(() => this.#options(file, kind.value)) ?? {},
      mac: this.#unlessHidden(() => this.#mac(file)),
      mtu: this.#unlessHidden(() => this.#mtu(file)),
      addressing: readAddressing(this.#tree, file, name ?? nameInPath(file.path)),
    };
  }

  #tell(kind: FindingKind, at: Place, what: string): Place {
    this.findings.push({ kind, link: this.#key, at, says: `${formatAt(at)}: ${what}` });
    return at;
  }

  /** Runs a reader. A value that only a shell can tell is a finding, and the rest of the link stays readable. */
  #unlessHidden<T>(read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      const { at, says } = unread(this.#key, error);
      this.findings.push({ kind: 'harmful', link: this.#key, at, says });
      return undefined;
    }
  }

  /** Returns the line that keeps the link down. */
  #whyDown(file: IfcfgFile, kind: LinkKind): Place | undefined {
    // Read first: it counts once whatever else keeps the link down is mended.
    const onboot = everyValue(file, 'ONBOOT').find(({ value }) => staysDown(value));
    const spelling = this.#whyUnmade(file, kind);
    if (spelling !== undefined) return spelling;
    const hardware = saidValue(file, 'HWADDR');
    if (hardware !== undefined && (kind === 'bridge' || kind === 'bond')) {
      return this.#tell(
        'harmful',
        hardware.at,
        `HWADDR keeps ${kind} ${this.#key} down: it has no MAC of its own yet`,
      );
    }
    const controller = controllerOf(file);
    if (controller === 'unclear' && valueOf(file, 'SLAVE') === 'yes') {
      return this.#tell('harmful', placeOf(file, 'SLAVE'), 'SLAVE=yes without MASTER keeps the link down');
    }
    const isBondPort = controller !== 'unclear' && controller?.value.kind === 'bond';
    if (onboot === undefined) return undefined;
    if (!isBondPort) return onboot.at;
    this.#tell('odd', onboot.at, `ONBOOT=${onboot.value} means nothing of a port, which its bond brings up`);
    return undefined;
  }

  /** Returns the line because of which initscripts do not create or do not find the link. */
  #whyUnmade(file: IfcfgFile, kind: LinkKind): Place | undefined {
    const type = valueOf(file, 'TYPE') ?? '';
    if (kind === 'bridge' && type !== 'Bridge') {
      return this.#tell(
        'harmful',
        placeOf(file, 'TYPE'),
        `TYPE=${type} makes no bridge, it should be TYPE=Bridge`,
      );
    }
    const vlan = valueOf(file, 'VLAN') ?? '';
    if (kind === 'vlan' && vlan !== 'yes') {
      return this.#tell(
        'harmful',
        placeOf(file, 'VLAN'),
        `VLAN=${vlan} makes no VLAN, it should be VLAN=yes`,
      );
    }
    if (kind === 'vlan' && vlanPlaceOf(file) === undefined) {
      const at = placeOf(file, 'VID');
      return this.#tell(
        'harmful',
        at,
        `the parent and id of VLAN ${this.#key} should be set by PHYSDEV and VID`,
      );
    }
    const names = [saidValue(file, 'DEVICE'), saidValue(file, 'HWADDR')];
    if (names.some((said) => said !== undefined)) return undefined;
    return this.#tell('harmful', firstLine(file), `names no link: DEVICE=${this.#key} should be there`);
  }

  #controller(file: IfcfgFile): BootLink['controller'] {
    const controller = controllerOf(file);
    if (controller !== 'unclear') return controller;
    const slave = valueOf(file, 'SLAVE') ?? '';
    if (slave !== 'yes') {
      const bond = valueOf(file, 'MASTER') ?? '';
      this.#tell(
        'harmful',
        placeOf(file, 'SLAVE'),
        `SLAVE=${slave} makes no port of ${bond}, it should be SLAVE=yes`,
      );
    }
    return undefined;
  }

  #options(file: IfcfgFile, kind: LinkKind): BootLink['options'] {
    const { options, strange }: ReadOptions =
      kind === 'bond'
        ? readBondOptions(file)
        : kind === 'bridge'
          ? readBridgeOptions(file)
          : { options: {}, strange: [] };
    for (const { value, at } of strange) {
      this.#tell('harmful', at, `${value} is no option of a ${kind} that kvmplay knows`);
    }
    return options;
  }

  #mac(file: IfcfgFile): Said<string> | undefined {
    const mac = saidValue(file, 'MACADDR');
    return mac && lowerCase(mac);
  }

  #mtu(file: IfcfgFile): Said<number> | undefined {
    const mtu = saidValue(file, 'MTU');
    if (mtu === undefined) return undefined;
    const value = Number(mtu.value);
    if (Number.isInteger(value) && value > 0) return { value, at: mtu.at };
    this.#tell('odd', mtu.at, `MTU=${mtu.value} is no number of bytes`);
    return undefined;
  }

  #tellOfManager(file: IfcfgFile): void {
    if (!this.#networkManager.runs || isNo(valueOf(file, 'NM_CONTROLLED') ?? '')) return;
    const at = placeOf(file, 'NM_CONTROLLED');
    this.#tell('harmful', at, `NetworkManager brings ${this.#key} up: NM_CONTROLLED=no would keep it away`);
  }

  #tellOfOddities(file: IfcfgFile): void {
    for (const at of shellLines(file)) this.#tell('odd', at, 'is shell code, which kvmplay does not follow');
    for (const { value, at } of passedOver(this.#tree, file, this.#key)) {
      this.#tell('odd', at, `${value} has no effect`);
    }
    const protocol = saidValue(file, 'BOOTPROTO');
    if (protocol !== undefined && !['none', 'static', 'dhcp', 'bootp'].includes(protocol.value)) {
      this.#tell(
        'harmful',
        protocol.at,
        `BOOTPROTO=${protocol.value} is no word of initscripts, which take it for none`,
      );
    }
  }
}

function lowerCase({ value, at }: Said<string>): Said<string> {
  return { value: value.toLowerCase(), at };
}

/** A port of a bond is brought up by its bond, and by nobody else. */
function startPorts(links: Map<string, BootLink>, findings: Finding[]): void {
  for (const [key, link] of links) {
    const { controller, up } = link;
    if (!up.value || controller?.value.kind !== 'bond') continue;
    const bond = links.get(controller.value.name);
    if (bond?.up.value === true) continue;
    const { at } = controller;
    links.set(key, { ...link, up: { value: false, at } });
    const says = `${formatAt(at)}: nobody brings ${key} up: its bond ${controller.value.name} is not started at boot`;
    findings.push({ kind: 'harmful', link: key, at, says });
  }
}

/** With two default gateways, the one of the link that comes up last wins. */
function tellOfSecondGateways(links: ReadonlyMap<string, BootLink>, findings: Finding[]): void {
  for (const field of ['gateway', 'gateway6'] as const) {
    const gateways = [...links].flatMap(([link, { up, addressing }]) => {
      const said = addressing[field];
      return up.value && said !== undefined ? [{ link, ...said }] : [];
    });
    const [first, ...others] = gateways;
    for (const { link, value, at } of others) {
      const says = `${formatAt(at)}: the default gateway ${value} is the second one, beside ${first?.value ?? ''} of ${first?.link ?? ''}`;
      findings.push({ kind: 'odd', link, at, says });
    }
  }
}
