import { FactParseError } from '../errors.ts';
import type { Fact } from '../model/fact.ts';
import type { LinkState, LinkStates, StpState } from '../model/link-state.ts';
import { parseBondState } from './bond-state.ts';
import { linesOf, parseNumber } from './text.ts';

const stpStates = [
  'disabled',
  'listening',
  'learning',
  'forwarding',
  'blocking',
] as const satisfies readonly StpState[];

const script = `
cd /sys/class/net || exit
for link in *; do
  [ -d "$link" ] || continue
  operstate= carrier= speed= duplex=
  read -r operstate <"$link/operstate"
  read -r carrier <"$link/carrier"
  read -r speed <"$link/speed"
  read -r duplex <"$link/duplex"
  [ -n "$operstate" ] || continue
  printf 'link %s %s %s %s %s\\n' "$link" "$operstate" "\${carrier:--}" "\${speed:--}" "\${duplex:--}"
  if [ -d "$link/bridge" ]; then
    read -r id <"$link/bridge/bridge_id"
    read -r root <"$link/bridge/root_id"
    printf 'bridge %s %s %s\\n' "$link" "$id" "$root"
  elif [ -d "$link/bonding" ]; then
    while IFS= read -r line; do
      printf 'bond %s %s\\n' "$link" "$line"
    done <"/proc/net/bonding/$link"
  fi
  read -r state <"$link/brport/state" && printf 'stp %s %s\\n' "$link" "$state"
done 2>/dev/null
:
`;

/** Carrier, speed, and the state of bridges and bonds, for operators. No task uses it. */
export const linkState: Fact<LinkStates> = {
  name: 'linkState',
  script,
  parse,
  after: (value) => value,
  comparable: () => null,
};

function parse(output: string): LinkStates {
  const states = new Map<string, LinkState>();
  const add = (name: string, part: Partial<LinkState>) => {
    const state = states.get(name) ?? { operstate: 'unknown' };
    states.set(name, { ...state, ...part });
  };

  const bonds = new Map<string, string[]>();
  for (const line of linesOf(output)) {
    const [word, name = '', ...rest] = line.split(' ');
    switch (word) {
      case 'link':
        add(name, parseLink(name, rest));
        break;
      case 'bridge':
        add(name, { bridge: { id: rest[0] ?? '', rootId: rest[1] ?? '' } });
        break;
      case 'stp':
        add(name, { stpState: stpStates[parseNumber(rest[0], `STP state of ${name}`)] ?? 'disabled' });
        break;
      case 'bond':
        bonds.set(name, bonds.get(name) ?? []);
        bonds.get(name)?.push(rest.join(' '));
        break;
      default:
        throw new FactParseError(`cannot read a line about the state of links: ${JSON.stringify(line)}`);
    }
  }

  for (const [name, lines] of bonds) {
    const { bond, ports } = parseBondState(lines);
    add(name, { bond });
    for (const [port, bondPort] of ports) add(port, { bondPort });
  }
  return states;
}

/** A link without a speed reports -1, or in old kernels 65535 or 2³² - 1. */
function parseLink(name: string, [operstate = '', carrier, speed, duplex]: readonly string[]): LinkState {
  const megabits = speed === undefined || speed === '-' ? -1 : parseNumber(speed, `speed of ${name}`);
  return {
    operstate,
    ...(carrier !== '-' && { carrier: carrier === '1' }),
    ...(megabits > 0 && megabits !== 65_535 && megabits < 4_294_967_295 && { speed: megabits }),
    ...((duplex === 'full' || duplex === 'half') && { duplex }),
  };
}
