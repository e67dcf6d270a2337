import { addresses, leases, links, linkState } from '../../facts/index.ts';
import { askHosts } from '../hosts/ask-hosts.ts';
import type { CommandArguments } from '../command-line/command-line.ts';
import type { CliIo } from '../io.ts';
import { printUnanswered } from '../output/print-error.ts';
import { toHostNetwork } from '../../model/host-network.ts';
import { showView } from '../views/show-view.ts';
import type { showSpec } from './specs.ts';

export async function showHosts(
  { words: [pattern], options }: CommandArguments<typeof showSpec.options>,
  io: CliIo,
): Promise<number> {
  const facts = { addresses, leases, links, linkState };
  const { hosts, errors, exitCode } = await askHosts({ facts, pattern, options }, io);
  if (options.json) {
    const byHost = Object.fromEntries(hosts.map(({ host, answers }) => [host, toHostNetwork(answers)]));
    io.stdout.write(`${JSON.stringify(byHost, undefined, 2)}\n`);
  } else {
    io.stdout.write(hosts.map(({ host, answers }) => `${showView(host, answers)}\n`).join('\n'));
  }
  printUnanswered(errors, io);
  return exitCode;
}
