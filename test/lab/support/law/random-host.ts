import { nics } from '../../../laws/host-arbitrary.ts';
import { Dice } from './dice.ts';

/** What builds a network in an empty namespace: lines for `ip -batch`. Some may be refused. */
export interface RandomHost {
  readonly ip: readonly string[];
  /** `ip` again, for what needs all that. */
  readonly late: readonly string[];
  readonly names: HostNames;
}

/** What a play may ask about. */
export interface HostNames {
  readonly bonds: readonly string[];
  readonly bridges: readonly string[];
  readonly vlans: readonly { readonly parent: string; readonly id: number }[];
  /** Links that are no port of another. */
  readonly free: readonly string[];
  /** Those with addresses, and these. */
  readonly addressed: readonly { readonly link: string; readonly address: string }[];
  readonly links: readonly string[];
}

/** A host as nobody would build it and somebody has: all kinds of links with all that `ip` can set on them. */
export function randomHost(seed: number): RandomHost {
  const builder = new HostBuilder(new Dice(seed));
  builder.build();
  return builder.host();
}

class HostBuilder {
  readonly #ip: string[] = [];
  readonly #late: string[] = [];
  readonly #dice: Dice;
  /** Links that have no controller yet. */
  #free: string[] = [...nics];
  readonly #links: string[] = [...nics];
  readonly #bonds: string[] = [];
  readonly #bridges: string[] = [];
  readonly #vlans: HostNames['vlans'][number][] = [];
  readonly #addressed: HostNames['addressed'][number][] = [];

  constructor(dice: Dice) {
    this.#dice = dice;
  }

  build(): void {
    this.#ip.push('link set lo up');
    for (const nic of nics) this.#addNic(nic);
    if (this.#dice.falls(0.5)) this.#addBond('bond0');
    if (this.#dice.falls(0.2)) this.#addBond('bond1');
    for (const parent of this.#dice.some([...this.#links], 0.3)) this.#addVlan(parent, 10);
    if (this.#dice.falls(0.5)) this.#addBridge('br0');
    if (this.#dice.falls(0.3)) this.#addBridge('br1');
    if (this.#dice.falls(0.2) && this.#links.includes('br0')) this.#addVlan('br0', 10);
    for (const parent of this.#dice.some([...this.#links], 0.08)) this.#addOther(parent);
    for (const [index, link] of this.#dice.some(this.#free, 0.6).entries())
      this.#addAddresses(link, index + 1);
    if (this.#dice.falls(0.5)) this.#addRules();
  }

  host(): RandomHost {
    return {
      ip: this.#ip,
      late: this.#late,
      names: {
        bonds: this.#bonds,
        bridges: this.#bridges,
        vlans: this.#vlans,
        free: this.#free,
        addressed: this.#addressed,
        links: this.#links,
      },
    };
  }

  #addNic(name: string): void {
    const dice = this.#dice;
    const kind = dice.falls(0.8) ? `veth peer name p-${name}` : 'dummy';
    this.#ip.push(`link add ${name} type ${kind}`);
    if (kind !== 'dummy') this.#ip.push(`link set p-${name} up`);
    if (dice.falls(0.2)) this.#ip.push(`link set ${name} mtu ${String(dice.pick([1400, 9000]))}`);
    if (dice.falls(0.1)) this.#ip.push(`link set ${name} alias uplink`);
    if (dice.falls(0.1)) this.#ip.push(`link set ${name} txqueuelen 77`);
    if (dice.falls(0.1)) this.#ip.push(`link set ${name} group 5`);
    if (dice.falls(0.1)) this.#ip.push(`link set ${name} address 52:54:00:00:07:0${name.slice(-1)}`);
    if (dice.falls(0.05)) this.#ip.push(`link set ${name} promisc on`);
    if (dice.falls(0.05)) this.#ip.push(`link set ${name} addrgenmode none`);
    if (dice.falls(0.05)) this.#ip.push(`link property add dev ${name} altname other-${name}`);
    if (dice.falls(0.85)) this.#ip.push(`link set ${name} up`);
  }

  #addBond(name: string): void {
    const dice = this.#dice;
    const mode = dice.pick(['active-backup', 'balance-rr', 'balance-xor', '802.3ad', 'balance-alb']);
    const options = [
      `miimon ${String(dice.pick([0, 100]))}`,
      ...(dice.falls(0.3) ? ['updelay 200 downdelay 300'] : []),
      ...(dice.falls(0.3) ? ['xmit_hash_policy layer3+4'] : []),
      ...(dice.falls(0.3) ? ['num_grat_arp 3'] : []),
      ...(dice.falls(0.2) ? ['all_slaves_active 1'] : []),
      ...(dice.falls(0.2) ? ['fail_over_mac active'] : []),
      ...(dice.falls(0.3) && mode === '802.3ad' ? ['lacp_rate fast min_links 1'] : []),
      ...(dice.falls(0.2) ? ['peer_notify_delay 100'] : []),
    ];
    this.#ip.push(`link add ${name} type bond mode ${mode} ${options.join(' ')}`);
    if (dice.falls(0.3)) this.#ip.push(`link set ${name} address 52:54:00:00:08:01`);
    for (const port of this.#take(nics, 0.4)) {
      this.#ip.push(`link set ${port} down`, `link set ${port} master ${name}`);
      if (dice.falls(0.1) && mode === 'active-backup')
        this.#ip.push(`link set ${name} type bond primary ${port}`);
    }
    if (dice.falls(0.9)) this.#ip.push(`link set ${name} up`);
    this.#bonds.push(name);
    this.#add(name);
  }

  #addVlan(parent: string, id: number): void {
    const dice = this.#dice;
    const name = `${parent}.${String(id)}`;
    const options = [
      ...(dice.falls(0.2) ? ['protocol 802.1ad'] : []),
      `id ${String(id)}`,
      ...(dice.falls(0.2) ? ['reorder_hdr off'] : []),
      ...(dice.falls(0.2) ? ['gvrp on'] : []),
      ...(dice.falls(0.2) ? ['loose_binding on'] : []),
      ...(dice.falls(0.2) ? ['ingress-qos-map 1:2 3:4'] : []),
      ...(dice.falls(0.2) ? ['egress-qos-map 0:5 2:6'] : []),
    ];
    this.#ip.push(`link add link ${parent} name ${name} type vlan ${options.join(' ')}`);
    if (dice.falls(0.1)) this.#ip.push(`link set ${name} address 52:54:00:00:09:01`);
    if (dice.falls(0.1)) this.#ip.push(`link set ${name} mtu 1300`);
    if (dice.falls(0.8)) this.#ip.push(`link set ${name} up`);
    this.#vlans.push({ parent, id });
    this.#add(name);
  }

  #addBridge(name: string): void {
    const dice = this.#dice;
    const options = [
      ...(dice.falls(0.4) ? ['stp_state 1', 'forward_delay 400'] : []),
      ...(dice.falls(0.3) ? ['ageing_time 1000'] : []),
      ...(dice.falls(0.3) ? ['priority 4096'] : []),
      ...(dice.falls(0.3) ? ['mcast_snooping 0'] : []),
      ...(dice.falls(0.4) ? ['vlan_filtering 1'] : []),
    ];
    this.#ip.push(`link add ${name} type bridge ${options.join(' ')}`);
    if (dice.falls(0.3)) this.#ip.push(`link set ${name} address 52:54:00:00:0a:0${name.slice(-1)}`);
    for (const port of this.#take(this.#free, 0.25)) this.#addPort(port, name);
    if (dice.falls(0.5)) {
      const tap = name === 'br0' ? 'vnet0' : 'vnet1';
      this.#ip.push(`tuntap add ${tap} mode tap`, `link set ${tap} up`);
      this.#addPort(tap, name);
    }
    this.#ip.push(`link set ${name} up`);
    this.#bridges.push(name);
    this.#add(name);
  }

  #addPort(port: string, bridge: string): void {
    this.#ip.push(`link set ${port} master ${bridge}`);
  }

  #addOther(parent: string): void {
    const kind = this.#dice.pick(['macvlan mode bridge', 'macvtap mode bridge', 'vxlan', 'ipvlan mode l2']);
    const name = `x-${parent}`.slice(0, 15);
    this.#ip.push(
      kind === 'vxlan'
        ? `link add ${name} type vxlan id ${String(100 + this.#links.indexOf(parent))} dstport 4789 dev ${parent}`
        : `link add link ${parent} name ${name} type ${kind}`,
      `link set ${name} up`,
    );
  }

  #addAddresses(link: string, number: number): void {
    const dice = this.#dice;
    const net = `10.0.${String(number)}`;
    this.#addressed.push({ link, address: `${net}.10/24` });
    const details = [
      ['label', `${link}:1`],
      ['metric', '77'],
      ['noprefixroute'],
      ['scope', 'link'],
      ['valid_lft', '3600', 'preferred_lft', '1800'],
    ];
    const detail = link.length < 12 && dice.falls(0.3) ? dice.pick(details).join(' ') : '';
    this.#ip.push(`addr add ${net}.10/24 broadcast ${net}.255 dev ${link} ${detail}`);
    if (dice.falls(0.2)) this.#ip.push(`addr add ${net}.20/24 dev ${link}`);
    if (dice.falls(0.15))
      this.#ip.push(`addr add 10.30.${String(number)}.1 peer 10.30.${String(number)}.2 dev ${link}`);
    if (dice.falls(0.3)) this.#ip.push(`-6 addr add fd00:${String(number)}::10/64 dev ${link} nodad`);
    if (dice.falls(0.1)) this.#ip.push(`-6 addr add fe80::${String(number)}/64 dev ${link} nodad`);
    this.#addRoutes(link, number);
  }

  #addRoutes(link: string, number: number): void {
    const dice = this.#dice;
    const via = `via 10.0.${String(number)}.1 dev ${link}`;
    const place = `10.${String(100 + number)}`;
    const routes = [
      `route add default ${via}`,
      `route add default ${via} metric 500 proto static`,
      `route add ${place}.0.0/16 ${via} proto dhcp`,
      `route add ${place}.1.0/24 ${via} tos 0x10`,
      `route add ${place}.2.0/24 ${via} mtu 1400 advmss 1300 initcwnd 20`,
      `route add ${place}.3.0/24 ${via} table 77 src 10.0.${String(number)}.10`,
      `route add ${place}.4.0/24 dev ${link} scope link proto 99`,
      `route add ${place}.5.0/24 encap ip id 5 dst 10.0.${String(number)}.1 dev ${link}`,
      `route add ${place}.6.0/24 via 10.99.0.1 dev ${link} onlink`,
      `route add ${place}.7.0/24 nexthop ${via} weight 1 nexthop via 10.0.${String(number)}.2 dev ${link} weight 3`,
      `-6 route add fd50:${String(number)}::/64 via fd00:${String(number)}::1 dev ${link} metric 50`,
      `-6 route add fd51:${String(number)}::/64 from fd00:${String(number)}::/64 via fd00:${String(number)}::1 dev ${link}`,
      `route add unreachable ${place}.8.0/24`,
    ];
    this.#late.push(...dice.some(routes, 0.2));
  }

  #addRules(): void {
    const dice = this.#dice;
    const link = dice.pick(this.#links);
    const rules = [
      `rule add iif ${link} table 77`,
      `rule add oif ${link} fwmark 5 table 78`,
      `rule add from 10.0.1.10 table 77 priority 100`,
      `rule add to 10.9.0.0/16 tos 0x10 unreachable`,
      `-6 rule add from fd00:1::/64 table 77`,
    ];
    this.#late.push(...dice.some(rules, 0.4));
  }

  #add(name: string): void {
    this.#links.push(name);
    this.#free.push(name);
  }

  #take(candidates: readonly string[], chance: number): readonly string[] {
    const taken = this.#dice.some(
      candidates.filter((name) => this.#free.includes(name)),
      chance,
    );
    this.#free = this.#free.filter((name) => !taken.includes(name));
    return taken;
  }
}
