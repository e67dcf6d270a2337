import { HostConnection } from '../../engine/connection/host-connection.ts';
import { platform } from '../../facts/platform.ts';
import { type Fact, readAnswer, valueOfAnswer } from '../../model/fact.ts';
import type { Platform } from '../../model/platform.ts';
import type { InventoryHost } from '../../model/inventory.ts';
import { askEach, exitCodeFor, type HostWay } from '../hosts/ask-each.ts';
import type { CommandArguments } from '../command-line/command-line.ts';
import type { CliIo } from '../io.ts';
import { printUnanswered } from '../output/print-error.ts';
import { formatTable } from '../views/table.ts';
import type { pingSpec } from './ad-hoc-specs.ts';

interface Pong {
  readonly host: string;
  /** Time from the first packet to the last. */
  readonly seconds: number;
  /** The user that runs the commands of kvmplay, after become. */
  readonly user: string;
  readonly platform: Platform;
}

export async function pingHosts(
  { words: [pattern], options }: CommandArguments<typeof pingSpec.options>,
  io: CliIo,
): Promise<number> {
  const { answers, errors } = await askEach({ pattern, limit: options.limit, options }, io, ping);
  if (options.json) {
    const all = [...answers.map(toJson), ...errors.map(({ host, ...error }) => [host, error])];
    io.stdout.write(`${JSON.stringify(Object.fromEntries(all), undefined, 2)}\n`);
  } else {
    if (answers.length > 0) io.stdout.write(`${pongTable(answers)}\n`);
    io.stdout.write(`${answers.length} of ${answers.length + errors.length} hosts answered.\n`);
  }
  printUnanswered(errors, io);
  return exitCodeFor(errors);
}

async function ping({ name }: InventoryHost, { transport, connectTimeout, signal }: HostWay): Promise<Pong> {
  const started = performance.now();
  const connection = new HostConnection(transport, { connectTimeout, signal });
  try {
    const answers = await connection.survey([platform, userName]);
    return {
      host: name,
      seconds: Math.round(performance.now() - started) / 1000,
      user: readAnswer(userName, answers) ?? '',
      platform: valueOfAnswer(answers.get(platform.name)) as Platform,
    };
  } finally {
    await connection.close();
  }
}

const userName: Fact<string> = {
  name: 'user name',
  script: 'id -un',
  parse: (output) => output.trim(),
  after: (user) => user,
};

function toJson({
  host,
  seconds,
  user,
  platform: { isRoot, distribution, kernel, ipVersion },
}: Pong): [string, object] {
  return [host, { outcome: 'ok', seconds, user, isRoot, system: distribution.name, kernel, ipVersion }];
}

function pongTable(pongs: readonly Pong[]): string {
  return formatTable(
    ['HOST', 'SECONDS', 'USER', 'SYSTEM', 'KERNEL', 'IPROUTE2'],
    pongs.map(({ host, seconds, user, platform: { isRoot, distribution, kernel, ipVersion } }) => [
      host,
      seconds.toFixed(2),
      isRoot ? user : `${user} (not root)`,
      distribution.name,
      kernel,
      ipVersion ?? 'missing',
    ]),
  );
}
