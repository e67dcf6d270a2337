import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ensureBond, ensureBridge, ensureVlan } from '../../src/index.ts';
import { bondModes } from '../../src/model/bond-options.ts';
import { type Change, inverseOf, kindOf } from '../../src/changes/index.ts';
import { addressesAfter, linksAfter, routesAfter } from '../../src/model/kernel.ts';
import type { Address, Link, Route } from '../../src/model/link.ts';
import { ethernet, fakeHost, type FakeHost } from '../../src/testing.ts';
import { lawRuns } from './law-runs.ts';

/** What carries tagged frames: a NIC or a bond, perhaps with a bridge on it, VLANs, and a bridge for each. */
interface Trunk {
  readonly bond: { readonly mode: (typeof bondModes)[number]; readonly ports: 1 | 2 } | undefined;
  readonly hasBridge: boolean;
  readonly vlans: readonly number[];
  readonly hasVlanBridges: boolean;
  readonly mtu: number | undefined;
}

const trunk: fc.Arbitrary<Trunk> = fc.record(
  {
    bond: fc.option(
      fc.record(
        { mode: fc.constantFrom(...bondModes), ports: fc.constantFrom(1, 2) },
        { noNullPrototype: true },
      ),
      { nil: undefined },
    ),
    hasBridge: fc.boolean(),
    vlans: fc.uniqueArray(fc.integer({ min: 1, max: 4094 }), { maxLength: 3 }),
    hasVlanBridges: fc.boolean(),
    mtu: fc.constantFrom(undefined, 1500, 9000),
  },
  { noNullPrototype: true },
);

/** Up to two trunks, each on NICs of its own, and perhaps a bridge that takes over the uplink. */
const layout = fc.record(
  { trunks: fc.array(trunk, { minLength: 1, maxLength: 2 }), takesUplink: fc.boolean() },
  { noNullPrototype: true },
);

interface Layout {
  readonly trunks: readonly Trunk[];
  readonly takesUplink: boolean;
}

const addresses: readonly Address[] = [{ link: 'eno9', address: '10.0.9.2/24' }];
const routes: readonly Route[] = [{ family: 4, destination: 'default', via: '10.0.9.1', link: 'eno9' }];
const nics = ['eno9', 'eno00', 'eno01', 'eno10', 'eno11'].map((name) => ethernet(name));

function bareHost(): FakeHost {
  return fakeHost({ links: nics, addresses, routes });
}

async function build(host: FakeHost, { trunks, takesUplink }: Layout): Promise<void> {
  for (const [index, one] of trunks.entries()) await buildTrunk(host, one, index);
  if (takesUplink) await ensureBridge(host, { name: 'breno9', takeover: 'eno9' });
}

async function buildTrunk(
  host: FakeHost,
  { bond, hasBridge, vlans, hasVlanBridges, mtu }: Trunk,
  index: number,
): Promise<void> {
  let base = `eno${index}0`;
  if (bond !== undefined) {
    base = `bond${index}`;
    const ports = [`eno${index}0`, `eno${index}1`].slice(0, bond.ports);
    await ensureBond(host, { name: base, mode: bond.mode, ports, mtu });
  }
  if (hasBridge) await ensureBridge(host, { name: `br${index}`, ports: [base], mtu });
  for (const id of vlans) {
    const vlan = await ensureVlan(host, { parent: hasBridge ? `br${index}` : base, id });
    if (hasVlanBridges) await ensureBridge(host, { name: `brv${index}-${id}`, ports: [vlan.output.name] });
  }
}

async function takeDown(host: FakeHost, { trunks }: Layout): Promise<void> {
  await ensureBridge(host, { name: 'breno9', takeover: 'eno9', state: 'absent' });
  for (const [index, { hasBridge, bond, vlans }] of trunks.entries()) {
    const base = bond === undefined ? `eno${index}0` : `bond${index}`;
    for (const id of vlans) {
      await ensureBridge(host, { name: `brv${index}-${id}`, state: 'absent' });
      await ensureVlan(host, { parent: hasBridge ? `br${index}` : base, id, state: 'absent' });
    }
    await ensureBridge(host, { name: `br${index}`, state: 'absent' });
    await ensureBond(host, { name: `bond${index}`, state: 'absent' });
  }
}

function stateOf({
  links,
  addresses: own,
  routes: ways,
}: Pick<FakeHost, 'links' | 'addresses' | 'routes'>): unknown {
  // A NIC keeps the MTU that a bridge needed.
  const all = [...links.values()]
    .map(({ mtu: _, ...link }) => link)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  return { links: all, addresses: own, routes: ways };
}

const runs = lawRuns(40);

describe('a random layout', () => {
  it('is left alone by every one of its tasks once it stands', async () => {
    let changes = 0;
    await fc.assert(
      fc.asyncProperty(layout, async (given) => {
        const host = bareHost();
        await build(host, given);
        const { length } = host.changes;

        await build(host, given);

        expect(host.changes.slice(length)).toEqual([]);
        changes += length;
      }),
      runs,
    );
    expect(changes).toBeGreaterThan(100);
  });

  it('is taken down to the bare host', async () => {
    await fc.assert(
      fc.asyncProperty(layout, async (given) => {
        const host = bareHost();
        await build(host, given);

        await takeDown(host, given);

        expect(stateOf(host)).toEqual(stateOf(bareHost()));
      }),
      runs,
    );
  });

  it('is undone change by change, as a rollback does', async () => {
    await fc.assert(
      fc.asyncProperty(layout, async (given) => {
        const host = bareHost();
        await build(host, given);
        const undo = host.changes
          .filter((change) => kindOf(change).compile !== undefined)
          .toReversed()
          .flatMap((change) => inverseOf(change) ?? []);

        expect(stateOf(foldAll(host, undo))).toEqual(stateOf(bareHost()));
      }),
      runs,
    );
  });
});

function foldAll(
  host: FakeHost,
  changes: readonly Change[],
): Pick<FakeHost, 'links' | 'addresses' | 'routes'> {
  const fold = <T>(after: (value: T, change: Change) => T, value: T): T => changes.reduce(after, value);
  return {
    links: fold<ReadonlyMap<string, Link>>(linksAfter, host.links),
    addresses: fold(addressesAfter, host.addresses),
    routes: fold(routesAfter, host.routes),
  };
}
