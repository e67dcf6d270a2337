import { backends } from '../../backends/index.ts';
import {
  addresses,
  defaultRoutes,
  leases,
  links,
  linkState,
  nics,
  platform,
  routes,
} from '../../facts/index.ts';
import type { ConfigFiles } from '../../model/config-file.ts';
import type { FactSet } from '../../model/fact.ts';
import { askHosts } from '../hosts/ask-hosts.ts';
import type { CommandArguments } from '../command-line/command-line.ts';
import type { CliIo } from '../io.ts';
import { printUnanswered } from '../output/print-error.ts';
import type { factsSpec } from './specs.ts';

export async function printFacts(
  { words: [pattern], options }: CommandArguments<typeof factsSpec.options>,
  io: CliIo,
): Promise<number> {
  const ofBackends = [...backends.values()].map(({ id, files }) => [`files of ${id}`, files] as const);
  const ownFacts = { addresses, defaultRoutes, leases, links, linkState, nics, platform, routes };
  const facts: FactSet = { ...ownFacts, ...Object.fromEntries(ofBackends) };
  const { hosts, errors, exitCode } = await askHosts({ facts, pattern, options }, io);
  const byHost = Object.fromEntries(
    hosts.map(({ host, answers }) => {
      const own = Object.entries(answers).filter(([name]) => name in ownFacts);
      const configFiles = ofBackends.flatMap(([name]) => [...(answers[name] as ConfigFiles)]);
      return [
        host,
        Object.fromEntries([...own, ['configFiles', new Map(configFiles)] as const].sort(byName)),
      ];
    }),
  );
  io.stdout.write(`${JSON.stringify(byHost, mapsAsObjects, 2)}\n`);
  printUnanswered(errors, io);
  return exitCode;
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

function mapsAsObjects(_key: string, value: unknown): unknown {
  return value instanceof Map ? Object.fromEntries(value as ReadonlyMap<string, unknown>) : value;
}
