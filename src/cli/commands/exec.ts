import type { InventoryHost } from '../../model/inventory.ts';
import { askEach, exitCodeFor, type HostWay } from '../hosts/ask-each.ts';
import type { CommandArguments } from '../command-line/command-line.ts';
import { exitCodes } from '../exit-code.ts';
import type { CliIo } from '../io.ts';
import type { Secrets } from '../../model/secrets.ts';
import { printUnanswered } from '../output/print-error.ts';
import { formatAnswer, groupAnswers, summarize, type Answer } from '../views/answers.ts';
import type { execSpec } from './ad-hoc-specs.ts';

/** Limit of output kept per host, in bytes: a thousand hosts may answer. */
const maxOutput = 4 * 1024 * 1024;

export async function execCommand(
  { words: [command = '', pattern], options }: CommandArguments<typeof execSpec.options>,
  io: CliIo,
): Promise<number> {
  const { 'command-timeout': seconds, 'per-host': perHost, json, limit } = options;
  const { answers, errors } = await askEach(
    { pattern, limit, otherWord: command, options },
    io,
    async (host, way) => {
      const answer = await execOn(host, way, { command, timeout: seconds, secrets: io.secrets });
      if (perHost && !json) io.stdout.write(`${formatAnswer([answer.host], answer)}\n`);
      return answer;
    },
  );
  if (json) {
    const answered = answers.map(({ host, ...answer }) => [
      host,
      { outcome: answer.code === 0 ? 'ok' : 'failed', ...answer },
    ]);
    const all = [...answered, ...errors.map(({ host, ...error }) => [host, error])];
    io.stdout.write(`${JSON.stringify(Object.fromEntries(all), undefined, 2)}\n`);
  } else {
    if (!perHost)
      for (const { hosts, answer } of groupAnswers(answers))
        io.stdout.write(`${formatAnswer(hosts, answer)}\n`);
    io.stdout.write(`${summarize(answers, errors)}\n`);
  }
  printUnanswered(errors, io);
  return answers.every(({ code }) => code === 0) ? exitCodeFor(errors) : exitCodes.hostFailed;
}

interface ExecRequest {
  readonly command: string;
  /** In seconds. */
  readonly timeout: number | undefined;
  readonly secrets: Secrets;
}

async function execOn(
  { name }: InventoryHost,
  { transport, connectTimeout, signal }: HostWay,
  { command, timeout, secrets }: ExecRequest,
): Promise<Answer> {
  const connection = await transport.connect({ signal, timeout: connectTimeout });
  try {
    const limits = { signal, maxOutput, timeout: timeout === undefined ? undefined : timeout * 1000 };
    const { code, stdout, stderr } = await connection.exec(command, limits);
    return { host: name, code, stdout: secrets.mask(stdout), stderr: secrets.mask(stderr) };
  } finally {
    await connection.close();
  }
}
