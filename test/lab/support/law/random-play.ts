import { ensureAddress, ensureBond, ensureBridge, ensureVlan } from '../../../../src/index.ts';
import { bondModes } from '../../../../src/model/bond-options.ts';
import type { Host } from '../../../../src/model/host.ts';
import { nics } from '../../../laws/host-arbitrary.ts';
import { Dice } from './dice.ts';
import type { HostNames } from './random-host.ts';

/** One task with its input. */
export interface Wish {
  /** `ensureBridge {"name":"br0"}` */
  readonly text: string;
  readonly ask: (host: Host<unknown>) => Promise<unknown>;
}

/** What a play of this seed asks for of a host that has these links. */
export function randomPlay(seed: number, names: HostNames): readonly Wish[] {
  const dice = new Dice(seed + 0.5);
  const kinds = kindsFor(names);
  const first = dice.pick(kinds)(dice);
  return dice.falls(0.3) ? [first, dice.pick(kinds)(dice)] : [first];
}

type Maker = (dice: Dice) => Wish;

function kindsFor(names: HostNames): readonly Maker[] {
  const { bonds, bridges, vlans, free, addressed, links } = names;
  const bridge = toWish('ensureBridge', ensureBridge);
  const bond = toWish('ensureBond', ensureBond);
  const vlan = toWish('ensureVlan', ensureVlan);
  const address = toWish('ensureAddress', ensureAddress);
  const freeNics = nics.filter((nic) => free.includes(nic));
  const ports = (dice: Dice): readonly string[] =>
    dice.some(
      free.filter((name) => !bridges.includes(name)),
      0.3,
    );
  return [
    (dice) => bridge({ name: 'brx', ports: ports(dice), stp: dice.falls(0.2) }),
    (dice) => bond({ name: 'bondx', mode: dice.pick(bondModes), ports: dice.some(freeNics, 0.5) }),
    (dice) => vlan({ parent: dice.pick(links), id: 11, ...(dice.falls(0.3) && { mtu: 1300 }) }),
    (dice) => address({ link: dice.pick(links), addresses: ['10.99.0.1/24'] }),
    ...addressed.flatMap(({ link, address: own }): readonly Maker[] => [
      () => bridge({ name: 'brx', takeover: link }),
      () => address({ link, addresses: [own], state: 'absent' }),
      () => address({ link, addresses: ['10.99.0.1/24', 'fd99::1/64'], exact: true }),
    ]),
    ...bridges.flatMap((name): readonly Maker[] => [
      () => bridge({ name, state: 'absent' }),
      (dice) => bridge({ name, ports: ports(dice), exact: true }),
      (dice) =>
        bridge({
          name,
          stp: dice.falls(0.5),
          ...(dice.falls(0.5) && { priority: 100, ageing: 20 }),
          ...(dice.falls(0.3) && { mtu: 1400 }),
          ...(dice.falls(0.3) && { mac: '52:54:00:00:0f:01' }),
        }),
    ]),
    ...bonds.flatMap((name): readonly Maker[] => [
      () => bond({ name, state: 'absent' }),
      (dice) => bond({ name, mode: dice.pick(bondModes) }),
      (dice) => bond({ name, ports: dice.some(nics, 0.4) }),
      (dice) => bond({ name, miimon: 50, ...(dice.falls(0.3) && { mtu: 1400 }) }),
    ]),
    ...vlans.flatMap(({ parent, id }): readonly Maker[] => [
      () => vlan({ parent, id, state: 'absent' }),
      () => vlan({ parent, id, name: 'guests' }),
      () => vlan({ parent, id, mac: '52:54:00:00:0f:02', mtu: 1300 }),
    ]),
  ];
}

function toWish<I>(
  name: string,
  task: (host: Host<unknown>, input: I) => Promise<unknown>,
): (input: I) => Wish {
  return (input) => ({
    text: `${name} ${JSON.stringify(input)}`,
    ask: (host) => task(host, input),
  });
}
