import { FactParseError } from '../errors.ts';
import type { Fact } from '../model/fact.ts';
import { rulesAfter } from '../model/kernel.ts';
import type { RoutingRule } from '../model/link.ts';
import { linesOf } from './text.ts';

const script = `
command -v ip >/dev/null || { echo 'the host has no ip command: install iproute2' >&2; exit 127; }
ip -4 rule show 2>/dev/null
echo IPv6
[ ! -e /proc/net/if_inet6 ] || ip -6 rule show 2>/dev/null
:
`;

/** Rules that choose a routing table. The fact leaves out the three that each kernel begins with. */
export const rules: Fact<readonly RoutingRule[]> = {
  name: 'rules',
  script,
  parse,
  after: rulesAfter,
  fake: (state) => state.rules,
};

function parse(output: string): readonly RoutingRule[] {
  const lines = linesOf(output);
  const border = lines.indexOf('IPv6');
  if (border === -1) throw new FactParseError('the list of IPv4 rules ends too early');
  return [
    ...lines.slice(0, border).flatMap((line) => parseRule(line, 4)),
    ...lines.slice(border + 1).flatMap((line) => parseRule(line, 6)),
  ];
}

/** `100:	from all iif eno4 [detached] lookup 100`; detached: there is no link of that name. */
function parseRule(line: string, family: 4 | 6): readonly RoutingRule[] {
  const [, priority, text = ''] = /^(\d+):\s*(\S.*)$/.exec(line) ?? [];
  if (priority === undefined) {
    throw new FactParseError(`cannot read a line about routing rules: ${JSON.stringify(line)}`);
  }
  const words = text.split(/\s+/).filter((word) => word !== '' && !/^\[[a-z]+\]$/.test(word));
  const rule = { family, priority: Number(priority), words: words.join(' ') };
  return isInitial(rule) ? [] : [rule];
}

function isInitial({ priority, words }: RoutingRule): boolean {
  const tables: Readonly<Record<number, string>> = { 0: 'local', 32766: 'main', 32767: 'default' };
  return words === `from all lookup ${tables[priority] ?? ''}`;
}
