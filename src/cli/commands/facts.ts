import { backends } from '../../backends/index.ts';
import {
  addresses,
  configFilesFact,
  defaultRoutes,
  leases,
  links,
  linkState,
  nics,
  platform,
  routes,
} from '../../facts/index.ts';
import { askHosts } from '../hosts/ask-hosts.ts';
import type { CommandArguments } from '../command-line/command-line.ts';
import type { CliIo } from '../io.ts';
import { printUnanswered } from '../output/print-error.ts';
import type { factsSpec } from './specs.ts';

export async function printFacts(
  { words: [pattern], options }: CommandArguments<typeof factsSpec.options>,
  io: CliIo,
): Promise<number> {
  const configFiles = configFilesFact(
    [...new Set([...backends.values()].flatMap(({ globs }) => globs))].sort(),
  );
  const facts = { addresses, configFiles, defaultRoutes, leases, links, linkState, nics, platform, routes };
  const { hosts, errors, exitCode } = await askHosts({ facts, pattern, options }, io);
  const byHost = Object.fromEntries(hosts.map(({ host, answers }) => [host, answers]));
  io.stdout.write(`${JSON.stringify(byHost, mapsAsObjects, 2)}\n`);
  printUnanswered(errors, io);
  return exitCode;
}

function mapsAsObjects(_key: string, value: unknown): unknown {
  return value instanceof Map ? Object.fromEntries(value as ReadonlyMap<string, unknown>) : value;
}
