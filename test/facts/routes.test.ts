import { existsSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { routes } from '../../src/facts/routes.ts';
import { fixture, ipThatPrints, runScript, shellRows } from './shells.ts';

const crowd = [
  {
    family: 4,
    destination: '10.7.0.0/16',
    via: '10.99.0.1',
    link: 'v',
    source: '10.0.0.2',
    metric: 5,
    table: '100',
    protocol: 'static',
    onlink: true,
  },
  { family: 4, destination: '10.11.0.0/16', link: 'v', table: '100', scope: 'link' },
  { family: 4, destination: 'default', via: '10.0.0.254', link: 'br0' },
  { family: 4, destination: 'default', link: 'v', metric: 400, scope: 'link' },
  {
    family: 4,
    destination: '10.5.0.0/16',
    nexthops: [
      { via: '10.0.0.3', link: 'br0' },
      { via: '10.0.0.4', link: 'br0' },
    ],
  },
  { family: 4, destination: '10.6.0.0/16', type: 'blackhole' },
  { family: 4, destination: '10.12.0.0/16', via: 'fd00::9', link: 'v' },
  {
    family: 4,
    destination: '10.13.0.0/16',
    via: '10.0.0.3',
    link: 'br0',
    protocol: 'dhcp',
    attributes: ['mtu', 'lock', '1400'],
  },
  {
    family: 6,
    destination: 'fd05::/64',
    nexthops: [
      { via: 'fd00::3', link: 'v' },
      { via: 'fd00::4', link: 'v' },
    ],
  },
  { family: 6, destination: 'fd07::/64', via: 'fd00::7', link: 'v', metric: 20, protocol: 'static' },
  { family: 6, destination: 'fd09::/64', type: 'unreachable' },
  { family: 6, destination: 'default', via: 'fd00::2', link: 'v' },
];

/** The one route that a line of `ip -o -4 route` tells of. */
function routeOf(line: string): unknown {
  return routes.parse(`${line}\nIPv6\n`)[0];
}

describe('routes', () => {
  it.each([
    ['iproute2 6.1', 'kernel-6.18/crowd-routes.txt'],
    ['iproute2 4.11', 'iproute2-4.11/crowd-routes.txt'],
  ])('reads the text of %s, without what comes and goes by itself', (_tool, file) => {
    expect(routes.parse(fixture(file))).toEqual(crowd);
  });

  it('finds the default route of the host of layout L3', () => {
    expect(routes.parse(fixture('kernel-6.1/layout3-routes.txt'))).toEqual([
      { family: 4, destination: 'default', via: '10.128.1.1', link: 'eno3' },
    ]);
  });

  it('leaves out the zeroconf routes of initscripts', () => {
    const ofEl7 = routes.parse(fixture('synthetic-el7/routes.txt'));

    expect(ofEl7.filter(({ family }) => family === 4)).toEqual([
      { family: 4, destination: 'default', via: '10.128.1.1', link: 'eno3' },
      { family: 4, destination: '10.20.0.0/16', via: '10.128.1.2', link: 'eno3' },
    ]);
    expect(ofEl7.filter(({ family }) => family === 6)).toEqual([
      { family: 6, destination: '::/96', type: 'unreachable' },
      { family: 6, destination: '::ffff:0.0.0.0/96', type: 'unreachable' },
      { family: 6, destination: '2002:a00::/24', type: 'unreachable' },
    ]);
  });

  it.each([
    [
      'two next hops with weights',
      'default proto static metric 100 \\\tnexthop via 10.0.0.1 dev eno3 weight 3 \\\tnexthop via 10.0.1.1 dev eno4 weight 1 onlink ',
      {
        destination: 'default',
        metric: 100,
        protocol: 'static',
        nexthops: [
          { via: '10.0.0.1', link: 'eno3', weight: 3 },
          { via: '10.0.1.1', link: 'eno4', onlink: true },
        ],
      },
    ],
    [
      'a type of service',
      '10.9.0.0/16 tos lowdelay via 10.0.0.1 dev eno3',
      { destination: '10.9.0.0/16', via: '10.0.0.1', link: 'eno3', attributes: ['tos', 'lowdelay'] },
    ],
    [
      'the protocol of the kernel, set by hand',
      '10.9.0.0/16 via 10.0.0.1 dev eno3 proto kernel',
      { destination: '10.9.0.0/16', via: '10.0.0.1', link: 'eno3', protocol: 'kernel' },
    ],
    [
      'the state of a link',
      'default via 10.0.0.1 dev eno3 dead linkdown',
      { destination: 'default', via: '10.0.0.1', link: 'eno3' },
    ],
    [
      'encapsulation, which it cannot set',
      '10.9.0.0/16 encap ip id 5 dst 10.1.1.1 ttl 0 tos 0 via 10.0.0.1 dev eno3',
      expect.objectContaining({ destination: '10.9.0.0/16', link: 'eno3', unsettable: 'encap' }),
    ],
    ['the network of an address', '10.0.0.0/24 dev eno3 proto kernel scope link src 10.0.0.2', undefined],
    ['a route with a limited life', 'default via 10.0.0.1 dev eno3 proto ra expires 1790sec', undefined],
  ])('understands %s', (_case, line, route) => {
    const expected: unknown =
      route === undefined || 'asymmetricMatch' in route ? route : { family: 4, ...route };

    expect(routeOf(line)).toEqual(expected);
  });

  it.each([
    [
      'a list cut off before IPv6',
      'default via 10.0.0.1 dev eth0\n',
      'the list of IPv4 routes ends too early',
    ],
    [
      'a line it does not know',
      'RTNETLINK answers\nIPv6\n',
      'cannot read a line about routes: "RTNETLINK answers"',
    ],
  ])('refuses %s', (_case, output, message) => {
    expect(() => routes.parse(output)).toThrow(message);
  });

  it.each(shellRows)('ask ip for both families under %s', (_name, shell) => {
    const [ipv4 = '', ipv6 = ''] = fixture('kernel-6.18/crowd-routes.txt').split('IPv6\n');
    const ip = ipThatPrints({ '-o -4 route show table all': ipv4, '-o -6 route show table all': ipv6 });

    const { stdout, stderr, code } = runScript(shell, ip + routes.script);

    const expected = existsSync('/proc/net/if_inet6') ? crowd : crowd.filter(({ family }) => family === 4);
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
    expect(routes.parse(stdout)).toEqual(expected);
  });

  it('fail when ip does', () => {
    expect(runScript(['sh'], ipThatPrints({}) + routes.script)).toMatchObject({
      code: 1,
      stderr: 'ip -o -4 route show table all: unknown\n',
    });
  });
});
