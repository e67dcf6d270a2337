import { PlanError } from '../../errors.ts';
import type { Addressing, PresentLink, WantedLink } from '../backend.ts';
import { readAddressing } from './addressing.ts';
import type { IfcfgFile } from './ifcfg-file.ts';
import { assign, peekValue } from './ifcfg-file.ts';
import type { IfcfgTree } from './ifcfg-tree.ts';
import { isPort } from './place-in-layout.ts';
import { companionPath, globalPath } from './ifcfg-tree.ts';

/**
 * Moves policy rules along with addresses. `ifup` adds the rules of rule-NAME only with the addresses of NAME, so those of a NIC that becomes a port would
 * be lost. The same holds for GATEWAYDEV of /etc/sysconfig/network.
 */
export function carryRules(tree: IfcfgTree, wanted: readonly WantedLink[]): void {
  for (const from of wanted) {
    const to = heirOf(tree, wanted, from);
    if (to === undefined) continue;
    const file = tree.find(from.state === 'present' ? identityOf(from) : { name: from.name });
    for (const kind of ['rule', 'rule6'] as const) {
      for (const path of tree.companionPaths(kind, from.name, file)) {
        const target = companionPath(kind, to);
        tree.write(target, (tree.text(target) ?? '') + renameDevice(tree.text(path) ?? '', from.name, to));
        tree.delete(path);
      }
    }
    const global = tree.parse(globalPath);
    if (global !== undefined && peekValue(global, 'GATEWAYDEV') === from.name) {
      tree.put(assign(global, [{ key: 'GATEWAYDEV', value: to }]));
    }
  }
}

/** Finds the link that gets the addresses `from` loses. */
function heirOf(tree: IfcfgTree, wanted: readonly WantedLink[], from: WantedLink): string | undefined {
  if (from.state === 'present' && from.addressing?.addresses.length !== 0) return undefined;
  const identity = from.state === 'present' ? identityOf(from) : { name: from.name };
  const file = tree.find(identity);
  if (file === undefined) return undefined;
  const addresses = readAddressing(tree, file, from.name).addresses.map(({ value }) => value);
  const gets = (link: WantedLink): boolean =>
    link.state === 'present' &&
    (link.addressing?.addresses ?? []).some((address) => addresses.includes(address));
  return wanted.find((link) => link !== from && gets(link))?.name;
}

function renameDevice(text: string, from: string, to: string): string {
  const renamed = text
    .split(/(\s+)/)
    .map((word) => (word === from ? to : word))
    .join('');
  return renamed === '' || renamed.endsWith('\n') ? renamed : `${renamed}\n`;
}

/** Refuses a second default gateway: the link that comes up last would win. One that stands in the files already is not refused. */
export function refuseSecondGateway(tree: IfcfgTree, wanted: readonly WantedLink[], before: IfcfgTree): void {
  for (const link of wanted) {
    if (link.state === 'absent' || link.addressing === undefined) continue;
    const file = before.find(identityOf(link));
    const had = file && readAddressing(before, file, link.name);
    for (const family of families) {
      const gateway = link.addressing[family.field];
      if (gateway !== had?.[family.field]?.value) refuseSecond(tree, link, { family, gateway });
    }
    refuseGlobalGateway(tree, link, { ...link.addressing, had: had?.gateway?.value });
  }
}

interface Family {
  readonly field: 'gateway' | 'gateway6';
  readonly key: string;
}

const families: readonly Family[] = [
  { field: 'gateway', key: 'GATEWAY' },
  { field: 'gateway6', key: 'IPV6_DEFAULTGW' },
];

function refuseSecond(
  tree: IfcfgTree,
  link: PresentLink,
  { family, gateway }: { family: Family; gateway: string | undefined },
): void {
  if (gateway === undefined) return;
  const own = tree.find(identityOf(link));
  const other = tree.interfaces().find((file) => file !== own && setsGateway(file, family.key));
  if (other === undefined) return;
  const value = peekValue(other, family.key) ?? '';
  throw new PlanError(
    `${other.path} sets the default gateway ${value}, and ${link.name} should have the only one, ${gateway}`,
  );
}

function setsGateway(file: IfcfgFile, key: string): boolean {
  if ((peekValue(file, key) ?? '') === '' || isPort(file)) return false;
  return peekValue(file, 'DEFROUTE') !== 'no' && !/^no$/i.test(peekValue(file, 'ONBOOT') ?? '');
}

/** GATEWAY and GATEWAYDEV of /etc/sysconfig/network hold for every link. */
function refuseGlobalGateway(
  tree: IfcfgTree,
  link: PresentLink,
  { gateway, had }: Pick<Addressing, 'gateway'> & { readonly had: string | undefined },
): void {
  const file = tree.parse(globalPath);
  const own = tree.find(identityOf(link));
  if (file === undefined || own === undefined) return;
  const device = peekValue(file, 'GATEWAYDEV') ?? '';
  const present = readAddressing(tree, own, link.name).gateway?.value;
  if (present === gateway && had === gateway) return;
  if (gateway !== undefined && device !== '' && device !== link.name) {
    throw new PlanError(
      `${globalPath} sets GATEWAYDEV=${device}, which keeps ${link.name} from having gateway ${gateway}`,
    );
  }
  const global = peekValue(file, 'GATEWAY') ?? '';
  if (global === '' || (gateway === undefined && present !== global)) return;
  if (gateway === global) return;
  throw new PlanError(
    `${globalPath} sets GATEWAY=${global}, and the gateway of ${link.name} should be ${gateway ?? 'none'}`,
  );
}

function identityOf({ name, permanentMac }: PresentLink) {
  return { name, ...(permanentMac === undefined ? {} : { mac: permanentMac }) };
}

const bondingPath = '/etc/modprobe.d/kvmplay-bonding.conf';
const bondingContent = 'options bonding max_bonds=0\n';

/** Without max_bonds=0, loading the bonding module creates a bond0 that nobody asked for. Files of bonds that stay as they are get no such help. */
export function tendBondingModule(tree: IfcfgTree, wanted: readonly WantedLink[], before: IfcfgTree): void {
  const hasBond = tree.interfaces().some(isBond);
  if (!hasBond && wanted.some((link) => link.state === 'absent' && link.kind === 'bond')) {
    if (tree.text(bondingPath) === bondingContent) tree.delete(bondingPath);
    return;
  }
  const writesBond = wanted.some(
    (link) => link.state === 'present' && link.kind === 'bond' && isWritten(tree, link, before),
  );
  if (writesBond && !tree.paths().some((path) => setsBondingOptions(path, tree.text(path) ?? ''))) {
    tree.write(bondingPath, bondingContent);
  }
}

function isWritten(tree: IfcfgTree, link: PresentLink, before: IfcfgTree): boolean {
  const path = tree.find(identityOf(link))?.path;
  return path !== undefined && tree.text(path) !== before.text(path);
}

function setsBondingOptions(path: string, text: string): boolean {
  return (
    path.startsWith('/etc/modprobe.d/') &&
    text.split('\n').some((line) => /^\s*options\s+bonding(?:\s|$)/.test(line))
  );
}

function isBond(file: IfcfgFile): boolean {
  const isNamedBond =
    peekValue(file, 'TYPE')?.toLowerCase() === 'bond' || peekValue(file, 'BONDING_MASTER') === 'yes';
  return isNamedBond || peekValue(file, 'BONDING_OPTS') !== undefined;
}
