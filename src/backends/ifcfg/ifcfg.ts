import { PlanError } from '../../errors.ts';
import { configFilesFact } from '../../facts/index.ts';
import type { Answers } from '../../model/fact.ts';
import type { AbsentLink, Addressing, Backend, PresentLink, WantedLink } from '../backend.ts';
import { addressingSettings, editCompanions, isDynamic, isEmpty } from './addressing.ts';
import type { IfcfgFile, Setting } from './ifcfg-file.ts';
import { assign, keysOf, peekValue, printIfcfg, refuseUneditable, saidValue, valueOf } from './ifcfg-file.ts';
import { carryRules, refuseSecondGateway, tendBondingModule } from './whole-host.ts';
import { bondSettings, bridgeSettings } from './link-options.ts';
import { networkManager } from './network-manager.ts';
import { controllerOf, isNo, isPort, kindOf, staysDown, vlanIdOf, vlanPlaceOf } from './place-in-layout.ts';
import { readIfcfg } from './read.ts';
import { scripts } from './scripts.ts';
import { companionKinds, globs, IfcfgTree } from './ifcfg-tree.ts';

const ifcfgFacts = { scripts, networkManager };
type IfcfgFacts = typeof ifcfgFacts;
type IfcfgAnswers = Answers<IfcfgFacts>;

/**
 * The files of initscripts, `/etc/sysconfig/network-scripts/ifcfg-NAME` and `route-NAME`, which CentOS and RHEL 6 to 8 boot from. Keys mean what `ifup` of
 * EL7 does with them.
 */
export const ifcfg: Backend<IfcfgFacts> = {
  id: 'ifcfg',
  facts: ifcfgFacts,
  files: configFilesFact(globs, { when: '[ -d /etc/sysconfig/network-scripts ]' }),
  secretKeys: [
    ...['KEY', 'KEY1', 'KEY2', 'KEY3', 'KEY4', 'WPA_PSK'],
    ...['IEEE_8021X_PASSWORD', 'IEEE_8021X_PRIVATE_KEY_PASSWORD', 'PPPOE_PASSWORD'],
  ],
  owns: (_link, answers) => (answers.scripts ? 1 : 0),
  boots: ({ scripts: installed }) =>
    installed
      ? { boots: true }
      : { boots: false, why: 'initscripts, which read ifcfg files at boot, are not installed' },
  edit(files, wanted, answers) {
    const before = new IfcfgTree(files);
    const tree = new IfcfgTree(files);
    carryRules(tree, wanted);
    for (const link of wanted) {
      if (link.state === 'absent') forget(tree, link);
      else remember(tree, link, { wanted, answers });
    }
    refuseSecondGateway(tree, wanted, before);
    tendBondingModule(tree, wanted, before);
    return tree.files();
  },
  read: readIfcfg,
};

const virtualKinds: readonly string[] = ['bond', 'bridge', 'vlan'];

/**
 * NetworkManager takes down a link that it once activated as soon as it reads NM_CONTROLLED=no: at its next reload, which any package may cause. It leaves a
 * link alone that it merely found.
 */
function refuseActivated(
  found: IfcfgFile | undefined,
  { name, kind }: PresentLink,
  { networkManager: { runs, activated } }: IfcfgAnswers,
): void {
  if (!runs || !activated.includes(name)) return;
  const isLeftAlone =
    found === undefined ? virtualKinds.includes(kind) : isNo(peekValue(found, 'NM_CONTROLLED') ?? '');
  if (isLeftAlone) return;
  throw new PlanError(
    `NetworkManager has activated ${name} and would take it down at its next reload: release it first by ` +
      `\`nmcli device set ${name} managed no\` and NM_CONTROLLED=no in its ifcfg file, or set network_backend to none`,
  );
}

function forget(tree: IfcfgTree, link: AbsentLink): void {
  const file = tree.find({ name: link.name });
  if (!virtualKinds.includes(link.kind)) {
    if (file !== undefined) release(tree, file, link.name);
    return;
  }
  if (file !== undefined) tree.delete(file.path);
  const companions = companionKinds.flatMap((kind) => tree.companionPaths(kind, link.name, file));
  for (const path of [...companions, ...tree.aliasPaths(link.name)]) tree.delete(path);
  releasePorts(tree, link.name);
}

/** A port's file that still names the bridge would make `ifup` create it again. */
function releasePorts(tree: IfcfgTree, controller: string): void {
  for (const file of tree.interfaces()) {
    const names = [peekValue(file, 'BRIDGE'), peekValue(file, 'MASTER')];
    const device = peekValue(file, 'DEVICE') ?? '';
    if (names.includes(controller)) release(tree, file, device);
  }
}

/** Takes a link out of its bond or bridge. Addresses that its file had as a port must not wake up. */
function release(tree: IfcfgTree, file: IfcfgFile, name: string): void {
  const alone = assign(file, withoutController);
  const asleep = isPort(file)
    ? assign(alone, [
        ...(isDynamic(alone) ? [{ key: 'BOOTPROTO', value: 'none' }] : []),
        ...addressingSettings(tree, alone, { link: { name }, wanted: noAddressing }),
      ])
    : alone;
  if (asleep !== file) putOrDrop(tree, asleep, name);
}

const noAddressing: Addressing = { addresses: [], dns: [], routes: [] };

function remember(
  tree: IfcfgTree,
  link: PresentLink,
  { wanted, answers }: { wanted: readonly WantedLink[]; answers: IfcfgAnswers },
): void {
  const identity = { name: link.name, mac: link.permanentMac };
  const found = tree.find(identity);
  if (found === undefined && !isWorthAFile(link)) return;
  if (found === undefined) refuseUnknown(link);
  const before = found ?? tree.create(link.name, newContent(link));
  refuseUneditable(before);

  const isNew = found === undefined;
  const { file, addressing } = layer3Of(before, link);
  const settings = [
    ...identitySettings(tree, before, link),
    ...(link.kind === 'bond' && link.options !== undefined ? bondSettings(before, link.options) : []),
    ...controllerSettings(before, link),
    ...bootSettings(before, { ...link, addressing }, isNew),
    ...(addressing === undefined
      ? []
      : addressingSettings(tree, file, { link: identity, wanted: addressing })),
    ...(link.kind === 'bridge' && link.options !== undefined ? bridgeSettings(before, link.options) : []),
    ...deviceSettings(before, link),
    ...vlanSettings(tree, before, { link, wanted }),
    ...(answers.networkManager.runs ? [{ key: 'NM_CONTROLLED', value: 'no', means: isNo }] : []),
  ];
  const after = nameFile(before, link, assign(before, settings));
  if (link.addressing !== undefined) {
    refuseAddressesOfPort(after, link.name, link.addressing);
    editCompanions(tree, file, { link: identity, wanted: link.addressing });
  }
  if (after === found) return;
  refuseActivated(found, link, answers);
  if (isWorthAFile(link)) tree.put(after);
  else putOrDrop(tree, after, link.name);
}

/** A file that finds its NIC by the MAC needs no name for its own sake. Beside a bridge of the same MAC it does. */
function nameFile(before: IfcfgFile, { name }: PresentLink, after: IfcfgFile): IfcfgFile {
  const isKnownByMac = saidValue(before, 'DEVICE') === undefined && saidValue(before, 'HWADDR') !== undefined;
  if (!isKnownByMac) return after;
  const others = assign(after, [{ key: 'DEVICE', value: undefined }]);
  return printIfcfg(others) === printIfcfg(assign(before, [{ key: 'DEVICE', value: undefined }]))
    ? before
    : assign(after, [{ key: 'DEVICE', value: name }]);
}

/**
 * The file whose addressing is to become what is wanted. A port's file may have one that the boot passes over: it stays while
 * the link is a port, and must not wake up when it is none any more.
 */
function layer3Of(
  before: IfcfgFile,
  { controller, addressing }: PresentLink,
): { readonly file: IfcfgFile; readonly addressing: Addressing | undefined } {
  if (controller !== null || !isPort(before)) return { file: before, addressing };
  return { file: assign(before, withoutController), addressing: addressing ?? noAddressing };
}

/** Marks a NIC's file as made by kvmplay, which may delete it again. */
const madeByUs = '# made by kvmplay\n';

/** Returns the first keys of a new file. */
function newContent({ name, kind }: PresentLink): string {
  switch (kind) {
    case 'bridge':
      return `TYPE=Bridge\nDEVICE=${name}\nNAME=${name}\n`;
    case 'bond':
      return `TYPE=Bond\nDEVICE=${name}\nNAME=${name}\nBONDING_MASTER=yes\n`;
    case 'vlan':
      return `VLAN=yes\nDEVICE=${name}\nNAME=${name}\n`;
    case 'ethernet':
      return `${madeByUs}TYPE=Ethernet\nDEVICE=${name}\nNAME=${name}\n`;
    case 'tap':
    case 'loopback':
    case 'other':
      throw new PlanError(`ifcfg files cannot hold ${name}: it is not a NIC, bond, bridge or VLAN`);
  }
}

function identitySettings(tree: IfcfgTree, file: IfcfgFile, { name, kind }: PresentLink): readonly Setting[] {
  const device = { key: 'DEVICE', value: name, means: (value: string) => value.trimEnd() === name };
  const isSo = kindOf(tree, file).value === kind;
  // EL7 compares these exactly: with TYPE=bridge the bridge's own file fails at boot.
  switch (kind) {
    case 'bridge':
      return [{ key: 'TYPE', value: 'Bridge' }, device, { key: 'HWADDR', value: undefined }];
    case 'bond':
      return [
        // VLAN=yes would win over the type.
        ...(isSo ? [] : [{ key: 'TYPE', value: 'Bond' }, without('VLAN')]),
        device,
        ...(isSo ? [] : [{ key: 'BONDING_MASTER', value: 'yes' }]),
        { key: 'HWADDR', value: undefined },
      ];
    case 'vlan':
      return [...(isSo ? [] : typeRepair(file, 'Vlan')), { key: 'VLAN', value: 'yes' }, device];
    case 'ethernet':
      return [
        ...(isSo ? [] : [...typeRepair(file, 'Ethernet'), ...['VLAN', 'BONDING_MASTER'].map(without)]),
        device,
      ];
    case 'tap':
    case 'loopback':
    case 'other':
      return [device];
  }
}

function without(key: string): Setting {
  return { key, value: undefined };
}

/** Repairs a TYPE that makes another kind of link. No TYPE at all is fine. */
function typeRepair(file: IfcfgFile, type: string): readonly Setting[] {
  const current = valueOf(file, 'TYPE')?.toLowerCase();
  return current === 'bridge' || current === 'bond' ? [{ key: 'TYPE', value: type }] : [];
}

const withoutController: readonly Setting[] = ['MASTER', 'MASTER_UUID', 'SLAVE', 'BRIDGE', 'BRIDGE_UUID'].map(
  (key) => ({
    key,
    value: undefined,
  }),
);

function controllerSettings(file: IfcfgFile, { controller }: PresentLink): readonly Setting[] {
  if (controller === undefined) return strayedSettings(file);
  if (hasController(file, controller)) return [];
  if (controller === null) return withoutController;
  const isBondPort = controller.kind === 'bond';
  const wanted: readonly Setting[] = isBondPort
    ? [
        { key: 'MASTER', value: controller.name },
        { key: 'SLAVE', value: 'yes' },
      ]
    : [{ key: 'BRIDGE', value: controller.name }];
  const keys = wanted.map(({ key }) => key);
  const isOfOther = (key: string): boolean => key.startsWith('BRIDGE') === isBondPort;
  return [...wanted, ...withoutController.filter(({ key }) => !keys.includes(key) && isOfOther(key))];
}

/** SLAVE=yes without MASTER makes no port, and keeps the link down. */
function strayedSettings(file: IfcfgFile): readonly Setting[] {
  const isStrayed = controllerOf(file) === 'unclear' && valueOf(file, 'SLAVE') === 'yes';
  return isStrayed ? [{ key: 'SLAVE', value: undefined }] : [];
}

function hasController(file: IfcfgFile, wanted: NonNullable<PresentLink['controller']> | null): boolean {
  const current = controllerOf(file);
  if (current === 'unclear') return false;
  return current?.value.name === wanted?.name && current?.value.kind === wanted?.kind;
}

type BootedLink = Omit<PresentLink, 'addressing'> & { readonly addressing: Addressing | undefined };

/** Returns BOOTPROTO and ONBOOT. */
function bootSettings(file: IfcfgFile, link: BootedLink, isNew: boolean): readonly Setting[] {
  const onboot = isWorthAFile(link) && !isBroughtUp(file, link) ? [onbootSetting(isNew)] : [];
  const bootproto = bootprotoSettings(file, link, isNew);
  return link.kind === 'bridge' ? [...onboot, ...bootproto] : [...bootproto, ...onboot];
}

/** Returns ONBOOT. A file without it is started at boot. */
function onbootSetting(isNew: boolean): Setting {
  return {
    key: 'ONBOOT',
    value: 'yes',
    means: (value) => !staysDown(value),
    isDefault: !isNew,
    anyCounts: true,
  };
}

/** A bond brings its ports up, whatever their files say. */
function isBroughtUp(file: IfcfgFile, { controller }: Pick<PresentLink, 'controller'>): boolean {
  return controller?.kind === 'bond' && hasController(file, controller);
}

function bootprotoSettings(file: IfcfgFile, link: BootedLink, isNew: boolean): readonly Setting[] {
  if (link.addressing?.dhcp === true) {
    return [{ key: 'BOOTPROTO', value: 'dhcp', means: (value) => value === 'bootp' }];
  }
  if (isNew) return [{ key: 'BOOTPROTO', value: 'none' }];
  const { controller } = link;
  if (isPortNow(link) && controller !== undefined && hasController(file, controller)) return [];
  if (isPortNow(link) || link.addressing !== undefined || wakesUp(file, link)) {
    const isStatic = (value: string): boolean => value === 'static' || value === '';
    return [{ key: 'BOOTPROTO', value: 'none', means: isStatic, isDefault: true }];
  }
  return [];
}

/** Returns true if a file with ONBOOT=no will now be started at boot, for example for its MTU. It must not bring addresses along. */
function wakesUp(file: IfcfgFile, link: BootedLink): boolean {
  if (!isWorthAFile(link) || !staysDown(valueOf(file, 'ONBOOT') ?? '')) return false;
  if (!isDynamic(file) && keysOf(file).some((key) => key.startsWith('IPADDR'))) {
    throw new PlanError(
      `${file.path} has ONBOOT=no and an address: the addresses of ${link.name} should be declared`,
    );
  }
  return true;
}

function deviceSettings(file: IfcfgFile, { mac, mtu }: PresentLink): readonly Setting[] {
  return [
    ...(mac === undefined
      ? []
      : [
          {
            key: 'MACADDR',
            value: mac ?? undefined,
            means: (value: string) => value.toLowerCase() === mac?.toLowerCase(),
          },
        ]),
    ...(mtu === undefined
      ? []
      : [
          { key: 'MTU', value: String(mtu), means: (value: string) => value !== '' && Number(value) === mtu },
        ]),
  ];
}

/**
 * `ifup` reads parent and id out of a name like eno5.10; any other name needs PHYSDEV and VID, and is started in time only
 * when it has a dot or begins with `vlan`, or when its parent is a NIC.
 */
function vlanSettings(
  tree: IfcfgTree,
  file: IfcfgFile,
  { link, wanted }: { link: PresentLink; wanted: readonly WantedLink[] },
): readonly Setting[] {
  const { name, kind, vlan } = link;
  if (kind !== 'vlan' || vlan === undefined) return [];
  const { parent, id } = vlan;
  const current = vlanPlaceOf(file)?.value;
  if (current?.parent === parent && current.id === id) return [];
  const present = keysOf(file);
  const place = [
    { key: 'PHYSDEV', value: parent },
    { key: 'VID', value: String(id), means: (value: string) => vlanIdOf(value) === id },
  ];
  const alsoNm = present.includes('VLAN_ID') ? [{ key: 'VLAN_ID', value: String(id) }] : [];
  if (name === `${parent}.${String(id)}`) {
    const keys = present.includes('VID') ? ['PHYSDEV', 'VID'] : present.filter((key) => key === 'PHYSDEV');
    return [...place.filter(({ key }) => keys.includes(key)), ...alsoNm];
  }
  const startsLate = name.includes('.') || name.startsWith('vlan');
  if (!startsLate && isVirtual(tree, wanted, parent)) {
    const better = `${parent}.${String(id)}`;
    throw new PlanError(
      `${name} might be started at boot before its parent ${parent}: it should be named ${better}`,
    );
  }
  return [...place, ...alsoNm];
}

function isVirtual(tree: IfcfgTree, wanted: readonly WantedLink[], name: string): boolean {
  const kind = wanted.find((link) => link.name === name)?.kind;
  if (kind !== undefined) return virtualKinds.includes(kind);
  const file = tree.find({ name });
  if (file === undefined) return false;
  return (
    virtualKinds.includes(peekValue(file, 'TYPE')?.toLowerCase() ?? '') || peekValue(file, 'VLAN') === 'yes'
  );
}

/** Returns true if some setting persists only by a file. */
function isWorthAFile(link: BootedLink | PresentLink): boolean {
  const { kind, addressing, mtu, mac } = link;
  if (virtualKinds.includes(kind) || isPortNow(link)) return true;
  const hasMac = mac !== undefined && mac !== null;
  return hasMac || mtu !== undefined || (addressing !== undefined && !isEmpty(addressing));
}

function isPortNow({ controller }: Pick<PresentLink, 'controller'>): boolean {
  return controller !== undefined && controller !== null;
}

/** A new file without the properties that make the link would boot a different one, such as a bond in mode 0. */
function refuseUnknown({ name, kind, options, vlan }: PresentLink): void {
  if (kind === 'bond' && options === undefined) {
    throw new PlanError(
      `bond ${name} has no ifcfg file: its mode should be declared, so that one can be written`,
    );
  }
  if (vlan?.protocol !== undefined)
    throw new PlanError(`ifcfg files cannot hold that VLAN ${name} is one of ${vlan.protocol}`);
  if (vlan?.attributes !== undefined)
    throw new PlanError(`ifcfg files cannot hold ${vlan.attributes.join(' ')} of VLAN ${name}`);
  if (kind === 'vlan' && vlan === undefined) {
    throw new PlanError(
      `VLAN ${name} has no ifcfg file: its parent and id should be declared, so that one can be written`,
    );
  }
}

/** Deletes a NIC's file if kvmplay made it and nobody else wrote into it. */
function putOrDrop(tree: IfcfgTree, file: IfcfgFile, name: string): void {
  const bare = assign(file, [{ key: 'NM_CONTROLLED', value: undefined }]);
  const created = `${newContent({ state: 'present', name, kind: 'ethernet' })}BOOTPROTO=none\nONBOOT=yes\n`;
  if (printIfcfg(bare) === created) tree.delete(file.path);
  else tree.put(file);
}

function refuseAddressesOfPort(file: IfcfgFile, name: string, addressing: Addressing): void {
  if (!isPort(file) || isEmpty(addressing)) return;
  const controller = peekValue(file, 'BRIDGE') ?? peekValue(file, 'MASTER') ?? '';
  throw new PlanError(
    `${name} is a port of ${controller} in ${file.path}: initscripts give a port no addresses`,
  );
}
