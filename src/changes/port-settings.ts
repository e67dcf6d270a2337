import type { Command, ProgramCommand } from '../model/command.ts';
import type { PortSettings } from '../model/link.ts';
import { quote } from '../model/shell-quote.ts';
import { ip } from './ip.ts';

/** Commands that tell a port of a bridge what it was told before it left. They may run twice. */
export function setUpPort(port: string, settings: PortSettings = {}): readonly Command[] {
  const { options = {}, vlans, entries = [] } = settings;
  const words = Object.entries(options).flat();
  return [
    ...(words.length === 0 ? [] : [ip('link', 'set', 'dev', port, 'type', 'bridge_slave', ...words)]),
    ...(vlans === undefined ? [] : setVlans(port, vlans)),
    ...entries.map((entry) => {
      const [mac = '', ...words] = entry.split(' ');
      return bridge('fdb', 'replace', mac, 'dev', port, 'master', ...words);
    }),
  ];
}

/** Commands that give a port, or with `self` a bridge, exactly these VLANs. The kernel gives each the first one. */
export function setVlans(
  link: string,
  vlans: readonly string[],
  ...self: readonly 'self'[]
): readonly Command[] {
  const hasFirst = vlans.some((vlan) => /^1(?![0-9])/.test(vlan));
  const listed = `bridge vlan show dev ${quote(link)} | grep -qE '(^|[[:space:]])1($|[[:space:]])'`;
  const first: Command = {
    ...bridge('vlan', 'delete', 'dev', link, 'vid', '1', ...self),
    unless: `! ${listed}`,
  };
  return [
    ...(hasFirst ? [] : [first]),
    ...vlans.map((vlan) => bridge('vlan', 'add', 'dev', link, 'vid', ...vlan.split(' '), ...self)),
  ];
}

function bridge(...words: readonly string[]): ProgramCommand {
  return { argv: ['bridge', ...words] };
}
