import { FactParseError } from '../errors.ts';
import type { Change } from '../model/change.ts';
import type { Fact } from '../model/fact.ts';
import type { FakeState } from '../model/fake-state.ts';
import type { Nic, Nics } from '../model/nic.ts';
import { tellPermanentMacs } from './permanent-macs.ts';
import { linesOf } from './text.ts';

/**
 * A link with a `device` is hardware, or a hypervisor presents it as such. A virtio device sits on the PCI device that has the slot. A veth end, whose peer
 * has another index, serves as the NIC of a container.
 */
const script = `
cd /sys/class/net || exit
is_veth() {
  type= index= other= kind=
  read -r type <"$link/type"
  read -r index <"$link/ifindex"
  read -r other <"$link/iflink"
  [ "$type" = 1 ] && [ "$index" != "$other" ] || return
  while IFS='=' read -r key value; do
    [ "$key" != DEVTYPE ] || kind=$value
  done <"$link/uevent"
  [ -z "$kind" ]
}
for link in *; do
  mac= driver= slot=
  if [ -e "$link/device" ]; then
    while IFS='=' read -r key value; do
      case $key in
        DRIVER) driver=$value ;;
        PCI_SLOT_NAME) slot=$value ;;
      esac
    done <"$link/device/uevent"
    [ -n "$slot" ] || while IFS='=' read -r key value; do
      [ "$key" != PCI_SLOT_NAME ] || slot=$value
    done <"$link/device/../uevent"
  elif [ -d "$link/bonding" ]; then
    ${tellPermanentMacs}
    continue
  elif [ ! -e "$link/tun_flags" ] && is_veth; then
    driver=veth
  else
    continue
  fi
  read -r mac <"$link/address"
  printf 'nic %s %s %s %s\\n' "$link" "\${mac:--}" "\${driver:--}" "\${slot:--}"
done 2>/dev/null
:
`;

/** The NICs of a host: hardware and veth ends, without the links on top of them. */
export const nics: Fact<Nics> = {
  name: 'nics',
  script,
  parse,
  after,
  // The fact `links` checks a rollback; kvmplay never alters drivers and slots.
  comparable: () => null,
  fake,
};

function parse(output: string): Nics {
  const found = new Map<string, Nic>();
  const permanentMacs = new Map<string, string>();
  for (const line of linesOf(output)) {
    const [word, name = '', ...fields] = line.split(' ');
    const [mac = '-', driver = '-', pci = '-'] = fields;
    if (word === 'permanent') permanentMacs.set(name, mac.toLowerCase());
    else if (word === 'nic') {
      found.set(name, {
        name,
        mac: mac === '-' ? '' : mac.toLowerCase(),
        ...(driver !== '-' && { driver }),
        ...(pci !== '-' && { pci: pci.toLowerCase() }),
      });
    } else throw new FactParseError(`cannot read a line about NICs: ${JSON.stringify(line)}`);
  }
  return new Map(
    [...found].map(([name, nic]) => [name, { ...nic, mac: permanentMacs.get(name) ?? nic.mac }]),
  );
}

function after(nics: Nics, change: Change): Nics {
  if (change.kind !== 'link.update' || change.after.mac === undefined) return nics;
  const nic = nics.get(change.name);
  return nic === undefined ? nics : new Map(nics).set(nic.name, { ...nic, mac: change.after.mac });
}

function fake({ links, nics: known }: FakeState): Nics {
  const ethernets = [...links.values()].filter(({ kind }) => kind === 'ethernet');
  return new Map(ethernets.map(({ name, mac }) => [name, { name, mac, ...known[name] }]));
}
