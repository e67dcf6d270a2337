import { describe, expect, it } from '@jest/globals';
import { type Change, kindOf } from '../../src/changes/index.ts';
import { toWork } from '../../src/engine/transaction/transaction-work.ts';
import type { Link } from '../../src/model/link.ts';
import { bareProtocol, situationsOf } from '../support/step-situations.ts';
import { execFileSync } from 'node:child_process';

/** Runs a script in a network namespace of its own, with two NICs; what it prints. */
function runApart(script: string): string {
  const nics = ['eno4', 'eno5'].map(
    (name) => `ip link add ${name} type veth peer name peer-${name} && ip link set peer-${name} up`,
  );
  const whole = ['set -e', 'mount -t sysfs sysfs /sys', 'ip link set lo up', ...nics, 'set +e', script];
  return execFileSync('unshare', ['-n', '-m', 'sh', '-c', whole.join('\n')], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** All that the kernel says, without what it counts or comes to by itself. */
const snapshot = `snapshot() {
  ip -o link | sed -E 's/^[0-9]+: //; s/(NO-CARRIER|LOWER_UP),?//g; s/,>/>/; s/ qdisc [a-z]+//; s/ state [A-Z]+//; s/\\\\ .*link/ link/' | sort
  ip -o -4 address | sed -E 's/^[0-9]+: //' | sort; ip -o -6 address show scope global | sed -E 's/^[0-9]+: //' | sort
  ip -4 route show table all | sort; ip -6 route show | grep -v -e fe80 -e ff00 | sort
  for file in /sys/class/net/*/bonding/* /sys/class/net/*/bridge/*; do
    case $file in
      */mode | */miimon | */*delay | */arp_* | */slaves | */primary | */xmit* | */lacp_rate | */stp_state | */hello_time | */max_age | */priority) ;;
      *) continue ;;
    esac
    echo "$file $(cat "$file" 2>&1)"
  done
  cat /proc/sys/net/ipv4/ip_forward
}`;

const link = { up: true, mtu: 1500, mac: '52:54:00:aa:00:01', macPinned: true };
const bridge: Link = {
  ...link,
  name: 'brx',
  kind: 'bridge',
  options: { stp_state: '1', forward_delay: '400', hello_time: '200', max_age: '2000' },
};
const made = {
  bridge: `ip link add name brx address ${link.mac} type bridge
cd /sys/class/net/brx/bridge; echo 1 > stp_state; echo 200 > hello_time; echo 2000 > max_age; echo 400 > forward_delay; cd /
ip link set dev brx up`,
  port: 'ip link set dev eno5 down; ip link set dev eno5',
};
const up = 'ip link set dev eno4 up';
const alone = { up: false, mtu: 1500 };

const cases: readonly (readonly [title: string, setup: string, change: Change])[] = [
  ['a bridge that comes', '', { kind: 'link.create', link: bridge }],
  ['a bridge that goes', made.bridge, { kind: 'link.delete', link: bridge }],
  [
    'MTU, MAC and state of a bridge',
    made.bridge,
    {
      kind: 'link.update',
      name: 'brx',
      linkKind: 'bridge',
      before: { up: true, mtu: 1500, mac: link.mac, options: { forward_delay: '400' } },
      after: { up: false, mtu: 1400, mac: '52:54:00:aa:00:02', options: { forward_delay: '500' } },
    },
  ],
  [
    'a port that joins a bridge',
    `${made.bridge}\nip link set dev eno5 down`,
    { kind: 'port.add', port: 'eno5', controller: 'brx', controllerKind: 'bridge', alone },
  ],
  [
    'a port that leaves a bridge',
    `${made.bridge}\n${made.port} master brx; ip link set dev eno5 up`,
    { kind: 'port.remove', port: 'eno5', controller: 'brx', controllerKind: 'bridge', alone },
  ],
  [
    'an address that comes beside another of the same prefix',
    `${up}; ip address add 10.9.0.7/16 dev eno4`,
    { kind: 'address.add', address: { link: 'eno4', address: '10.9.0.7/24', broadcast: '10.9.0.255' } },
  ],
  [
    'an address that goes',
    `${up}; ip address add 10.9.0.7/24 broadcast 10.9.0.255 dev eno4; ip address add 10.9.0.7/16 dev eno4`,
    { kind: 'address.delete', address: { link: 'eno4', address: '10.9.0.7/24', broadcast: '10.9.0.255' } },
  ],
  [
    'an IPv6 address that comes',
    up,
    { kind: 'address.add', address: { link: 'eno4', address: 'fd09::7/64' } },
  ],
  [
    'an IPv6 address that goes',
    `${up}; ip address add fd09::7/64 dev eno4 nodad`,
    {
      kind: 'address.delete',
      address: { link: 'eno4', address: 'fd09::7/64', attributes: ['nodad'] },
    },
  ],
  ...(
    [
      [
        'with a metric, beside one without',
        'ip route add 10.77.0.0/16 via 10.9.0.1 dev eno4',
        {
          family: 4,
          destination: '10.77.0.0/16',
          via: '10.9.0.1',
          link: 'eno4',
          metric: 50,
          protocol: 'static',
        },
      ],
      [
        'without a metric, beside one with',
        'ip route add 10.77.0.0/16 via 10.9.0.1 dev eno4 metric 50',
        { family: 4, destination: '10.77.0.0/16', via: '10.9.0.1', link: 'eno4' },
      ],
      [
        'of a table of its own',
        '',
        { family: 4, destination: 'default', via: '10.9.0.1', link: 'eno4', table: '77', source: '10.9.0.7' },
      ],
      ['that is unreachable', '', { family: 4, destination: '10.78.0.0/16', type: 'unreachable' }],
      [
        'of a link only',
        '',
        { family: 4, destination: '10.79.0.0/16', link: 'eno4', scope: 'link', protocol: 'static' },
      ],
      [
        'to a gateway that no address reaches',
        '',
        { family: 4, destination: '10.80.0.0/16', via: '10.81.0.1', link: 'eno4', onlink: true },
      ],
      [
        'of IPv6',
        'ip address add fd09::7/64 dev eno4 nodad',
        { family: 6, destination: 'fd10::/64', via: 'fd09::1', link: 'eno4', metric: 1024 },
      ],
    ] as const
  ).flatMap(([title, setup, route]) => {
    const addressed = `${up}; ip address add 10.9.0.7/24 dev eno4; ${setup}`;
    const present = kindOf({ kind: 'route.add', route }).compile?.({ kind: 'route.add', route }) ?? [];
    const add = present.map((command) => ('argv' in command ? command.argv.join(' ') : '')).join('; ');
    return [
      [`a route ${title}, that comes`, addressed, { kind: 'route.add', route }],
      [`a route ${title}, that goes`, `${addressed}\n${add}`, { kind: 'route.delete', route }],
    ] as const;
  }),
  [
    'a setting of the kernel',
    'echo 0 > /proc/sys/net/ipv4/ip_forward',
    { kind: 'sysctl.set', key: 'net.ipv4.ip_forward', before: '0', after: '1' },
  ],
];

describe('the undo of a step on a real kernel', () => {
  it.each(cases)('gives the state before, whatever became of the step: %s', (_, setup, change) => {
    const [step] = toWork([change], kindOf).steps;
    if (step === undefined) throw new Error('there is no step');

    const said = runApart(`export LC_ALL=C PATH="$PATH:/usr/sbin:/sbin"
{ ${setup === '' ? ':' : setup}
} || exit 9
folder=$(mktemp -d)
${bareProtocol}
${snapshot}
${situationsOf(step, 0)}
rm -r "$folder"`);

    expect(said).toBe('');
  });
});
