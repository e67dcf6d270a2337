import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import type { NetworkState } from '../../src/changes/course.ts';
import { snapshotOf, snapshotScript } from '../../src/changes/snapshot.ts';
import type { Change } from '../../src/changes/index.ts';
import { ethernet, tap, vlan, bridge } from '../../src/testing/link-builders.ts';
import { runScript, shellRows } from '../facts/shells.ts';

/** What `ip` and `bridge` print, by their arguments. */
function toolsThatPrint(answers: Readonly<Record<string, string>>): string {
  const cases = Object.entries(answers).map(([argv, text]) => `'${argv}') cat <<'END'\n${text}\nEND\n;;`);
  return `answer() { IFS=' '; case "$*" in\n${cases.join('\n')}\nesac; }
ip() { answer ip "$@"; }
bridge() { answer bridge "$@"; }
`;
}

const portLine = (state: string, timer: string): string =>
  `    bridge_slave state ${state} priority 32 cost 2 isolated on hold_timer    ${timer} port_id 0x8001 addrgenmode eui64 `;

const links = (state: string, timer: string): string =>
  [
    `3: eno1@p: <NO-CARRIER,BROADCAST,UP,LOWER_UP> mtu 1500 qdisc noqueue master br0 state ${state} mode DEFAULT qlen 1000`,
    '    link/ether 52:54:00:00:00:01 brd ff:ff:ff:ff:ff:ff promiscuity 1 ',
    portLine(state, timer),
    '4: vnet9: <BROADCAST> mtu 1500',
  ].join('\n');

const answers = {
  'ip -d link show': links('UP', '0.00'),
  'bridge vlan show':
    'port              vlan-id  \neno1              1 PVID Egress Untagged\n                  20\nvnet9             1',
  'bridge fdb show': [
    '33:33:00:00:00:01 dev eno1 self permanent',
    '02:00:00:00:00:99 dev eno1 master br0 static',
    '02:00:00:00:00:98 dev eno1 master br0 ',
  ].join('\n'),
  'ip -o address show': [
    '3: eno1    inet 10.0.0.1/24 brd 10.0.0.255 scope global eno1:1\\       valid_lft forever preferred_lft forever',
    '3: eno1    inet 10.0.0.9/24 scope global dynamic eno1\\       valid_lft 86sec preferred_lft 86sec',
    '3: eno1    inet6 fd00::5/64 scope global dynamic mngtmpaddr \\       valid_lft 86sec preferred_lft 86sec',
    '3: eno1    inet6 fe80::5054:ff:fe00:1/64 scope link tentative \\       valid_lft forever preferred_lft forever',
    '4: vnet9    inet 10.9.0.1/24 scope global vnet9\\       valid_lft forever preferred_lft forever',
  ].join('\n'),
  'ip -4 -o route show table all': [
    'default \\\tnexthop via 10.0.0.254 dev eno1 weight 1 \\\tnexthop via 10.0.0.253 dev eno1 weight 1 ',
    '10.0.0.0/24 dev eno1 proto kernel scope link src 10.0.0.1 linkdown ',
    '10.9.0.0/24 dev vnet9 proto kernel scope link src 10.9.0.1 ',
    '10.8.0.0/24 via 10.0.0.7 dev eno1 proto bird ',
    '169.254.0.0/16 dev eno1 scope link metric 1002 ',
    'local 10.0.0.1 dev eno1 table local proto kernel scope host src 10.0.0.1 ',
  ].join('\n'),
  'ip -4 rule show': '0:\tfrom all lookup local \n99:\tfrom all iif eno1 lookup 77 ',
};

const expected = [
  'link eno1: <BROADCAST,UP> mtu 1500 master br0 mode DEFAULT qlen 1000',
  'link eno1: link/ether 52:54:00:00:00:01 brd ff:ff:ff:ff:ff:ff',
  'link eno1: bridge_slave priority 32 isolated on addrgenmode eui64',
  'bridge vlan eno1: 1 PVID Egress Untagged',
  'bridge vlan eno1: 20',
  'bridge fdb eno1: 02:00:00:00:00:99 dev eno1 master br0 static',
  'address eno1: inet 10.0.0.1/24 brd 10.0.0.255 scope global eno1:1 valid_lft forever preferred_lft forever',
  'address eno1: inet 10.0.0.9/24 scope global dynamic eno1',
  'route: default nexthop via 10.0.0.254 dev eno1 weight 1 nexthop via 10.0.0.253 dev eno1 weight 1',
  'route: 10.0.0.0/24 dev eno1 proto kernel scope link src 10.0.0.1',
  'rule: 0: from all lookup local',
  'rule: 99: from all iif eno1 lookup 77',
];

describe.each(shellRows)('the snapshot of links in %s', (_, shell) => {
  it('holds all that somebody set, and nothing that moves by itself or is of others', () => {
    const { stdout, stderr } = runScript(shell, `${toolsThatPrint(answers)}${snapshotScript(['eno1'])}`);

    expect(stderr).toBe('');
    expect(stdout.trim().split('\n')).toEqual(expected);
  });

  it('keeps a cost that somebody set', () => {
    const set = { ...answers, 'ip -d link show': links('UP', '0.00').replace('cost 2', 'cost 77') };
    const { stdout } = runScript(shell, `${toolsThatPrint(set)}${snapshotScript(['eno1'])}`);

    expect(stdout).toContain('link eno1: bridge_slave priority 32 cost 77 isolated on');
  });

  it('leaves out the entries of MACs that links of the host have', () => {
    const own = readFileSync('/sys/class/net/lo/address', 'utf8').trim();
    const entry = `${own} dev eno1 vlan 1 master br0 permanent`;
    const more = { ...answers, 'bridge fdb show': `${answers['bridge fdb show']}\n${entry}` };
    const { stdout } = runScript(shell, `${toolsThatPrint(more)}${snapshotScript(['eno1'])}`);

    expect(stdout.trim().split('\n')).toEqual(expected);
  });

  it('is the same once states and timers have moved', () => {
    const later = { ...answers, 'ip -d link show': links('DOWN', '9.31') };
    const { stdout } = runScript(shell, `${toolsThatPrint(later)}${snapshotScript(['eno1'])}`);

    expect(stdout.trim().split('\n')).toEqual(expected);
  });
});

describe('snapshotOf', () => {
  const before: NetworkState = {
    links: new Map(
      [
        ethernet('eno1', { controller: 'br0' }),
        ethernet('eno2', { controller: 'br0' }),
        ethernet('eno3'),
        vlan('br0', 10),
        bridge('br0'),
        tap('vnet0', { controller: 'br0' }),
      ].map((link) => [link.name, link]),
    ),
    addresses: [],
  };
  const touchedBy = (change: Change): string | undefined =>
    /^touched='(.*)'/.exec(snapshotOf([change], before) ?? '')?.[1];

  it('looks at what a change names, what stands on it and what that stands on, and at no tap', () => {
    expect(touchedBy({ kind: 'address.add', address: { link: 'eno1', address: '10.0.0.1/24' } })).toBe(
      ' eno1 br0 br0.10 eno2 ',
    );
  });

  it('is not needed where no change touches a link', () => {
    expect(
      snapshotOf([{ kind: 'sysctl.set', key: 'net.ipv4.ip_forward', before: '0', after: '1' }], before),
    ).toBe(undefined);
  });
});
