import type { ControllerKind, LinkKind, VlanPlace } from '../../model/link.ts';
import type { Said } from '../boot-model.ts';
import type { IfcfgFile } from './ifcfg-file.ts';
import { firstLine, peekValue, placeOf, saidValue, valueOf } from './ifcfg-file.ts';
import type { IfcfgTree } from './ifcfg-tree.ts';
import { nameInPath } from './ifcfg-tree.ts';

/** The kind of link that a file is meant for. A spelling that EL7 does not take is understood. */
export function kindOf(tree: IfcfgTree, file: IfcfgFile): Said<LinkKind> {
  const type = (valueOf(file, 'TYPE') ?? '').toLowerCase();
  const ofType = { at: placeOf(file, 'TYPE') };
  if (deviceOf(file) === 'lo') return { value: 'loopback', at: placeOf(file, 'DEVICE') };
  if (type === 'bridge') return { value: 'bridge', ...ofType };
  if (isYes(valueOf(file, 'VLAN'))) return { value: 'vlan', at: placeOf(file, 'VLAN') };
  if (type === 'bond' || type === 'vlan' || type === 'tap') return { value: type, ...ofType };
  const bonding = bondKeyOf(file);
  if (bonding !== undefined) return { value: 'bond', at: placeOf(file, bonding) };
  if (hasBondPorts(tree, file)) return { value: 'bond', at: firstLine(file) };
  return { value: type === '' || type === 'ethernet' ? 'ethernet' : 'other', ...ofType };
}

function bondKeyOf(file: IfcfgFile): string | undefined {
  if ((valueOf(file, 'BONDING_OPTS') ?? '') !== '') return 'BONDING_OPTS';
  return isYes(valueOf(file, 'BONDING_MASTER')) ? 'BONDING_MASTER' : undefined;
}

/** The first port of a bond makes it. */
function hasBondPorts(tree: IfcfgTree, file: IfcfgFile): boolean {
  const name = deviceOf(file);
  return tree
    .legible()
    .some((other) => peekValue(other, 'SLAVE') === 'yes' && peekValue(other, 'MASTER') === name);
}

/** The bond or bridge that gets the link as a port at boot. `unclear`: releases read SLAVE differently. */
export function controllerOf(
  file: IfcfgFile,
): Said<{ readonly name: string; readonly kind: ControllerKind }> | 'unclear' | undefined {
  const slave = valueOf(file, 'SLAVE') ?? '';
  const bond = saidValue(file, 'MASTER');
  if (slave === 'yes' && bond !== undefined)
    return { value: { name: bond.value, kind: 'bond' }, at: bond.at };
  // Read before the file is called unclear: once SLAVE is mended, BRIDGE counts.
  const bridge = saidValue(file, 'BRIDGE');
  // EL7 never starts a file of SLAVE=yes by itself. EL8 takes SLAVE=YES for yes.
  if (slave === 'yes' || (isYes(slave) && bond !== undefined)) return 'unclear';
  return bridge && { value: { name: bridge.value, kind: 'bridge' }, at: bridge.at };
}

/** Whether initscripts make the link of the file a port, which gets no addresses. */
export function isPort(file: IfcfgFile): boolean {
  const isBondPort = peekValue(file, 'SLAVE') === 'yes' && (peekValue(file, 'MASTER') ?? '') !== '';
  return isBondPort || (peekValue(file, 'BRIDGE') ?? '') !== '';
}

/** Where `ifup` puts a VLAN: by PHYSDEV and VID, or without VID by its name. Undefined: it makes none. */
export function vlanPlaceOf(file: IfcfgFile): Said<VlanPlace> | undefined {
  const name = deviceOf(file) ?? '';
  const parent = saidValue(file, 'PHYSDEV');
  const id = saidValue(file, 'VID');
  if (id !== undefined) return parent && placed(parent.value, id.value, id);
  const [, base = '', last = ''] = /^(.+)\.(\d{1,4})$/.exec(name) ?? [];
  const [, number = ''] = /^vlan(\d+)$/.exec(name) ?? [];
  const at = { at: placeOf(file, 'DEVICE') };
  if (base !== '' && !/^vlan\d/.test(name)) return placed(base, last, at);
  return number === '' || parent === undefined ? undefined : placed(parent.value, String(Number(number)), at);
}

function placed(
  parent: string,
  text: string,
  { at }: Omit<Said<unknown>, 'value'>,
): Said<VlanPlace> | undefined {
  const id = vlanIdOf(text);
  return id === undefined ? undefined : { value: { parent, id }, at };
}

/** As `ip` reads it: 0100 is an octal number. */
export function vlanIdOf(text: string): number | undefined {
  if (!/^(0[0-7]*|[1-9]\d*)$/.test(text)) return undefined;
  const id = Number.parseInt(text, text.startsWith('0') ? 8 : 10);
  return id > 0 && id < 4095 ? id : undefined;
}

/** DEVICE, or the file's name where nothing else names a link. */
export function deviceOf(file: IfcfgFile): string | undefined {
  const device = saidValue(file, 'DEVICE')?.value.trimEnd();
  if (device !== undefined && device !== '') return device;
  return saidValue(file, 'HWADDR') === undefined ? nameInPath(file.path) : undefined;
}

export function isYes(value: string | undefined): boolean {
  return /^(t|y|yes|true|1)$/i.test(value ?? '');
}

export function isNo(value: string): boolean {
  return /^(f|n|no|false|0)$/i.test(value);
}

/** As EL7's `grep` and the `is_false` of later releases take ONBOOT. */
export function staysDown(onboot: string): boolean {
  return isNo(onboot) || /^no/i.test(onboot);
}
