import { describe, expect, it } from '@jest/globals';
import { type Change, kindOf } from '../../src/changes/index.ts';
import type { Address, Route } from '../../src/model/link.ts';
import { runScript, shellRows } from '../facts/shells.ts';

function unlessOf(change: Change): string {
  return kindOf(change).compile?.(change)[0]?.unless ?? '';
}

const route: Route = { family: 4, destination: '10.9.0.0/16', via: '10.0.0.254', link: 'br0' };
const withMetric: Route = { ...route, metric: 5 };
const ofIpv6: Route = { family: 6, destination: 'default', via: 'fd00::1', link: 'br0' };
const address: Address = { link: 'br0', address: '10.0.0.1/24' };

/** Lines that ip(8) prints for what the test asks. */
const lines = {
  route: '10.9.0.0/16 via 10.0.0.254 proto static ',
  withMetric: '10.9.0.0/16 via 10.0.0.254 proto static metric 5 ',
  withSource: '10.9.0.0/16 via 10.0.0.254 src 10.0.0.1 ',
  ofIpv6: 'default via fd00::1 metric 1024 pref medium',
  address: '7: br0    inet 10.0.0.1/24 scope global br0',
  wider: '7: br0    inet 10.0.0.1/16 scope global br0',
  nothing: '',
};

describe.each(shellRows)('a command that was run already is seen in %s', (_, shell) => {
  it.each<[string, Change, keyof typeof lines, boolean]>([
    ['a route that is there', { kind: 'route.add', route }, 'route', true],
    ['a route that is not', { kind: 'route.add', route }, 'nothing', false],
    ['a route whose place another one takes', { kind: 'route.add', route }, 'withMetric', false],
    ['a route that is gone', { kind: 'route.delete', route }, 'nothing', true],
    ['a route that is gone while another stays', { kind: 'route.delete', route }, 'withMetric', true],
    [
      'a route that is gone while one with a source stays',
      { kind: 'route.delete', route },
      'withSource',
      true,
    ],
    ['a route that is still there', { kind: 'route.delete', route: withMetric }, 'withMetric', false],
    ['a route of IPv6', { kind: 'route.add', route: ofIpv6 }, 'ofIpv6', true],
    ['an address that is there', { kind: 'address.add', address }, 'address', true],
    ['an address in another network', { kind: 'address.add', address }, 'wider', false],
    ['an address that is gone', { kind: 'address.delete', address }, 'nothing', true],
    ['an address that is still there', { kind: 'address.delete', address }, 'address', false],
  ])('%s', (_title, change, line, isDone) => {
    const { code } = runScript(
      shell,
      `ip() { printf '%s\\n' ${JSON.stringify(lines[line])}; }\n${unlessOf(change)}`,
    );

    expect(code === 0).toBe(isDone);
  });
});
