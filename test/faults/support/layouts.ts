import {
  ensureAddress,
  ensureBond,
  ensureBridge,
  ensureVlan,
  play,
  type Host,
  type Play,
} from '../../../src/index.ts';

type Tasks = (host: Host<unknown>) => Promise<unknown>;

/** A layout that a fault strikes: a host with a guest on it, and a change under way. */
export interface Layout {
  readonly id: 'L1' | 'L3';
  readonly host: string;
  /** SSH rides on eno3, which the change turns into a port of a bridge. */
  readonly overEno3: boolean;
  /** The NIC that SSH comes in through. */
  readonly nic: 'eno1' | 'eno3';
  /** The guest that is on the host from the start, and its bridge. */
  readonly guest: { readonly name: string; readonly bridge: string; readonly address: string };
  readonly base: Tasks;
  readonly change: Tasks;
  /** Takes the change back. */
  readonly back: Tasks;
  /** Changes that cannot come to good. */
  readonly wrong: Readonly<Record<'gateway' | 'vlan' | 'uplink' | 'partner' | 'secondDefault', Tasks>>;
  readonly withStp: Tasks;
}

async function bridgeOnVlan(host: Host<unknown>, parent: string, id: number): Promise<void> {
  const vlan = await ensureVlan(host, { parent, id });
  const prefix = parent === 'br6' ? 'brvlan6' : 'brvlan';
  await ensureBridge(host, { name: `${prefix}-${String(id)}`, ports: [vlan.output.name] });
}

async function takeOver(host: Host<unknown>): Promise<void> {
  await ensureBridge(host, { name: 'breno3', takeover: 'eno3' });
}

async function grow(host: Host<unknown>): Promise<void> {
  await ensureBond(host, { name: 'bond6', mode: 'active-backup', ports: ['eno4', 'eno5'] });
  await bridgeOnVlan(host, 'br6', 11);
}

/** The way to the host goes over eno3, and a bridge takes eno3 over. A guest hangs on a VLAN of eno5. */
const bridgeUnderSession: Layout = {
  id: 'L1',
  host: 'kvm1',
  overEno3: true,
  nic: 'eno3',
  guest: { name: 'guest1', bridge: 'brvlan-10', address: '10.128.0.96' },
  base: (host) => bridgeOnVlan(host, 'eno5', 10),
  change: takeOver,
  back: (host) => ensureBridge(host, { name: 'breno3', state: 'absent', takeover: 'eno3' }),
  wrong: {
    gateway: async (host) => {
      await takeOver(host);
      await ensureAddress(host, { link: 'breno3', gateway: '10.128.1.77' });
    },
    vlan: async (host) => {
      await ensureAddress(host, { link: 'eno3', addresses: ['10.128.1.11/24'], state: 'absent' });
      await ensureVlan(host, { parent: 'eno3', id: 99 });
      await ensureAddress(host, { link: 'eno3.99', addresses: ['10.128.1.11/24'] });
    },
    uplink: async (host) => {
      await takeOver(host);
      await ensureBond(host, { name: 'bond7', mode: 'balance-alb', ports: ['eno4', 'eno9'] });
    },
    partner: async (host) => {
      await takeOver(host);
      await ensureBond(host, { name: 'bond7', mode: '802.3ad', ports: ['eno4'] });
    },
    secondDefault: async (host) => {
      await takeOver(host);
      await ensureAddress(host, { link: 'eno4', addresses: ['10.128.2.1/24'], gateway: '10.128.2.254' });
    },
  },
  withStp: (host) => ensureBridge(host, { name: 'breno3', takeover: 'eno3', stp: true, forwardDelay: 2 }),
};

/** Bond, bridge, VLAN and the bridge of a guest: the bond changes its mode under it, and a second VLAN comes. */
const bondUnderGuests: Layout = {
  id: 'L3',
  host: 'kvm2',
  overEno3: false,
  nic: 'eno1',
  guest: { name: 'guest2', bridge: 'brvlan6-10', address: '10.128.0.97' },
  base: async (host) => {
    await ensureBond(host, { name: 'bond6', mode: 'balance-alb', ports: ['eno4', 'eno5'] });
    await ensureBridge(host, { name: 'br6', ports: ['bond6'] });
    await bridgeOnVlan(host, 'br6', 10);
  },
  change: grow,
  back: async (host) => {
    await ensureBridge(host, { name: 'brvlan6-11', state: 'absent' });
    await ensureVlan(host, { parent: 'br6', id: 11, state: 'absent' });
    await ensureBond(host, { name: 'bond6', mode: 'balance-alb', ports: ['eno4', 'eno5'] });
  },
  wrong: {
    gateway: async (host) => {
      await grow(host);
      await ensureAddress(host, { link: 'eno3', gateway: '10.128.1.77' });
    },
    vlan: async (host) => {
      await ensureAddress(host, { link: 'eno1', addresses: ['10.128.9.12/24'], state: 'absent' });
      await ensureVlan(host, { parent: 'br6', id: 99 });
      await ensureAddress(host, { link: 'br6.99', addresses: ['10.128.9.12/24'] });
    },
    uplink: async (host) => {
      await bridgeOnVlan(host, 'br6', 11);
      await ensureBond(host, { name: 'bond6', mode: 'balance-alb', ports: ['eno4', 'eno5', 'eno9'] });
    },
    partner: async (host) => {
      await bridgeOnVlan(host, 'br6', 11);
      await ensureBond(host, { name: 'bond6', mode: '802.3ad', ports: ['eno4', 'eno5'] });
    },
    secondDefault: async (host) => {
      await grow(host);
      await ensureAddress(host, {
        link: 'brvlan6-11',
        addresses: ['10.128.2.2/24'],
        gateway: '10.128.2.254',
      });
    },
  },
  withStp: (host) => ensureBridge(host, { name: 'br6', ports: ['bond6'], stp: true, forwardDelay: 2 }),
};

export const layouts: readonly Layout[] = [bridgeUnderSession, bondUnderGuests];

export function playOf({ host, id }: Layout, tasks: Tasks): Play {
  return play({
    name: id,
    hosts: host,
    run: async (target) => {
      await tasks(target);
    },
  });
}
