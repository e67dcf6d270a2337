import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Addressing, WantedLink } from '../../../src/backends/backend.ts';
import { ifcfg } from '../../../src/backends/ifcfg/ifcfg.ts';
import { PlanError } from '../../../src/errors.ts';
import type { ConfigFiles } from '../../../src/model/config-file.ts';
import type { Route } from '../../../src/model/link.ts';
import { type IfcfgAnswers, managedHost, nic, nothing, plainHost, treeOf } from '../trees.ts';

describe('ifcfg edit of any layout', () => {
  it('changes nothing the second time, and keeps every foreign line', () => {
    fc.assert(
      fc.property(
        anyTree,
        fc.array(anyLink, { maxLength: 4 }),
        fc.constantFrom(plainHost, managedHost),
        (files, wanted, host) => {
          const once = attempt(files, wanted, host);
          if (once === undefined) return;

          expect(ifcfg.edit(once, wanted, host)).toBe(once);
          for (const [path, { content }] of once) {
            const foreign = (text: string): string[] =>
              text
                .split('\n')
                .filter((line) => /^ *#|FOREIGN|^\. /.test(line) && line !== '# made by kvmplay');
            expect(foreign(content)).toEqual(foreign(files.get(path)?.content ?? ''));
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('makes addressingOf say what was wanted', () => {
    fc.assert(
      fc.property(anyTree, anyAddressing, (files, addressing) => {
        const once = attempt(files, [nic('eno3', { controller: null, addressing })], plainHost);
        if (once === undefined) return;

        const said = ifcfg.addressingOf(once, { name: 'eno3' }) ?? nothing;
        expect({ ...said, routes: sortRoutes(said.routes) }).toEqual({
          ...addressing,
          routes: sortRoutes(addressing.routes),
        });
      }),
      { numRuns: 300 },
    );
  });
});

// --- any layout -------------------------------------------------------------------------------------------------------

const names = ['eno3', 'eno4', 'br6', 'bond6', 'br6.10'];

const anyLine = fc.oneof(
  fc.constantFrom(
    '# a comment',
    'FOREIGN="1  2" # DEVICE=x',
    "FOREIGN='a\nb FOREIGN'",
    ' # BRIDGE=br0',
    '. /etc/FOREIGN',
    '',
  ),
  fc.constantFrom(
    'ONBOOT=no',
    "ONBOOT='yes'",
    'ONBOOT=YES',
    'TYPE=bridge',
    'TYPE="Bond"',
    'SLAVE=YES',
    ' SLAVE=yes # x',
  ),
  fc.constantFrom(
    'BRIDGE=br6',
    'MASTER=bond6',
    'BOOTPROTO=dhcp',
    'BOOTPROTO=static',
    'DEFROUTE=no',
    'PEERDNS=no',
  ),
  fc.constantFrom(
    'IPADDR=10.0.0.2',
    'IPADDR0=10.0.0.2',
    'NETMASK0=255.255.255.0',
    'PREFIX=24',
    'IPADDR2="10.0.0.9"',
  ),
  fc.constantFrom(
    'GATEWAY=10.0.0.1',
    'DNS1=10.0.0.1',
    'DNS4=10.0.0.4',
    'NETWORK=10.0.9.0',
    'IPV6INIT=no',
    'IPV6ADDR=fd00::2/64',
  ),
  fc.constantFrom(
    'BONDING_OPTS="mode=6 miimon=100"',
    'STP=off',
    'DELAY=0',
    'VLAN=YES',
    'NM_CONTROLLED=yes',
    'HWADDR=52:54:00:00:00:03',
  ),
);

const anyFile = fc
  .tuple(fc.array(anyLine, { maxLength: 9 }), fc.constantFrom('', '\n'))
  .map(([lines, end]) => lines.join('\n') + end);

const anyRoutes = fc
  .array(
    fc.constantFrom(
      '10.8.0.0/16 via 10.0.0.3',
      '# a comment',
      'default via 10.0.0.1',
      '10.9.0.0/16 dev eno3',
      '',
    ),
  )
  .map((lines) => lines.join('\n'));

const anyTree: fc.Arbitrary<ConfigFiles> = fc
  .record(
    Object.fromEntries([
      ...names.map((name) => [`ifcfg-${name}`, anyFile.map((text) => `DEVICE=${name}\n${text}`)] as const),
      ['route-eno3', anyRoutes] as const,
      ['route-br6', anyRoutes] as const,
      ['rule-eno3', fc.constant('from 10.0.0.2 table 100\n')] as const,
    ]),
    { requiredKeys: [] },
  )
  .map((files) => treeOf(files as Record<string, string>));

const anyAddressing: fc.Arbitrary<Addressing> = fc
  .record({
    addresses: fc.uniqueArray(fc.constantFrom('10.0.0.2/24', '10.0.0.9/24', '10.7.0.1/16'), { maxLength: 3 }),
    ipv6: fc.uniqueArray(fc.constantFrom('fd00::2/64', 'fd00::3/128'), { maxLength: 2 }),
    gateway: fc.boolean(),
    dns: fc.uniqueArray(fc.constantFrom('10.0.0.1', '10.0.0.5', '10.0.0.6'), { maxLength: 3 }),
    routes: fc.uniqueArray(fc.constantFrom('10.8.0.0/16', '10.6.0.0/16'), { maxLength: 2 }),
  })
  .map(({ addresses, ipv6, gateway, dns, routes }) => ({
    addresses: [...addresses, ...ipv6],
    ...(gateway && addresses[0]?.startsWith('10.0.0') === true ? { gateway: '10.0.0.1' } : {}),
    dns,
    routes: routes.map((destination) => ({ family: 4 as const, destination, via: '10.0.0.3', link: 'eno3' })),
  }));

const anyLink: fc.Arbitrary<WantedLink> = fc.oneof(
  fc.constantFrom<WantedLink>(
    { state: 'absent', name: 'br6', kind: 'bridge' },
    { state: 'absent', name: 'bond6', kind: 'bond' },
    { state: 'absent', name: 'eno4', kind: 'ethernet' },
    { state: 'present', name: 'bond6', kind: 'bond', options: { mode: 'balance-alb', miimon: '100' } },
    {
      state: 'present',
      name: 'br6',
      kind: 'bridge',
      options: { stp_state: '0', forward_delay: '0' },
      mac: null,
    },
    { state: 'present', name: 'br6.10', kind: 'vlan', vlan: { parent: 'br6', id: 10 } },
    nic('eno4', { controller: { name: 'bond6', kind: 'bond' }, mtu: 9000 }),
    nic('eno3', { controller: { name: 'br6', kind: 'bridge' }, addressing: nothing }),
    nic('eno4', { controller: null }),
  ),
  anyAddressing.map((addressing): WantedLink => ({
    state: 'present',
    name: 'br6',
    kind: 'bridge',
    addressing,
  })),
);

function sortRoutes(routes: readonly Route[]): readonly Route[] {
  return [...routes].sort((a, b) => (a.destination < b.destination ? -1 : 1));
}

/** The files as edited, or undefined where that is refused, as one may. */
function attempt(
  files: ConfigFiles,
  wanted: readonly WantedLink[],
  host: IfcfgAnswers,
): ConfigFiles | undefined {
  const names = wanted.map(({ name }) => name);
  const absent = wanted.flatMap(({ state, name }) => (state === 'absent' ? [name] : []));
  const isAbsent = (link: WantedLink): boolean =>
    link.state === 'present' && absent.includes(link.controller?.name ?? '');
  if (new Set(names).size < names.length || wanted.some(isAbsent)) return undefined;
  try {
    return ifcfg.edit(files, wanted, host);
  } catch (error) {
    if (error instanceof PlanError) return undefined;
    throw error;
  }
}
