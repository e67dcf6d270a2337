import { describe, expect, it } from '@jest/globals';
import { rules } from '../../src/facts/rules.ts';
import { ipThatPrints, runScript, shellRows } from './shells.ts';

const ipv4 = `0:	from all lookup local
100:	from all iif eno4 [detached] lookup 100
200:	from 10.0.0.0/8 fwmark 0x1/0xff lookup mgmt proto static
32766:	from all lookup main
32767:	from all lookup default
`;
const ipv6 = '0:\tfrom all lookup local\n32766:\tfrom all lookup main\n';

describe('rules', () => {
  it('leave out those of the kernel, and the mark of a link that is gone', () => {
    expect(rules.parse(`${ipv4}IPv6\n${ipv6}`)).toEqual([
      { family: 4, priority: 100, words: 'from all iif eno4 lookup 100' },
      { family: 4, priority: 200, words: 'from 10.0.0.0/8 fwmark 0x1/0xff lookup mgmt proto static' },
    ]);
  });

  it('include a rule of the kernel that somebody altered', () => {
    expect(rules.parse('32766:\tfrom 10.0.0.0/8 lookup main\nIPv6\n')).toEqual([
      { family: 4, priority: 32766, words: 'from 10.0.0.0/8 lookup main' },
    ]);
  });

  it.each([
    [
      'a line it does not know',
      'Usage: ip rule\nIPv6\n',
      'cannot read a line about routing rules: "Usage: ip rule"',
    ],
    ['a list cut off', ipv4, 'the list of IPv4 rules ends too early'],
  ])('refuse %s', (_case, output, message) => {
    expect(() => rules.parse(output)).toThrow(message);
  });

  it.each(shellRows)('ask ip under %s', (_name, shell) => {
    const ip = ipThatPrints({ '-4 rule show': ipv4, '-6 rule show': ipv6 });

    expect(rules.parse(runScript(shell, ip + rules.script).stdout)).toHaveLength(2);
  });
});
