import pLimit from 'p-limit';
import { toEventError } from '../../engine/event-error.ts';
import type { HostOutcome } from '../../engine/events.ts';
import { failedOutcome } from '../../engine/session/run-host.ts';
import { namingFields } from '../../model/secrets.ts';
import { UsageError } from '../../errors.ts';
import { selectHosts } from '../../inventory/index.ts';
import type { Inventory, InventoryHost } from '../../model/inventory.ts';
import { createTransports, type Transport } from '../../transports/index.ts';
import type { OptionValues } from '../command-line/command-line.ts';
import { transportDefaults } from './connection.ts';
import { exitCodes, type ExitCode } from '../exit-code.ts';
import type { CliIo } from '../io.ts';
import { openInventory } from './open-inventory.ts';
import type { Unanswered } from '../output/print-error.ts';
import type { askingOptions } from '../command-line/shared-options.ts';

export interface EachQuestion {
  readonly pattern: string | undefined;
  /** A second pattern that hosts must match too. */
  readonly limit?: string | undefined;
  /** Another word that was perhaps meant as the pattern; the error names it when the pattern matches no host. */
  readonly otherWord?: string | undefined;
  readonly options: OptionValues<typeof askingOptions>;
}

export interface EachAnswered<T> {
  /** Answers in inventory order. */
  readonly answers: readonly T[];
  readonly errors: readonly Unanswered[];
}

/** How to reach a host. */
export interface HostWay {
  readonly transport: Transport;
  /** Milliseconds for TCP, handshake and login; undefined unless the user gave them. */
  readonly connectTimeout: number | undefined;
  readonly signal: AbortSignal;
}

/** Asks hosts in parallel. This is not a play: it works while a transaction is open on a host. */
export async function askEach<T>(
  { pattern = 'all', limit, otherWord, options }: EachQuestion,
  io: CliIo,
  ask: (host: InventoryHost, way: HostWay) => Promise<T>,
): Promise<EachAnswered<T>> {
  const inventory = await openInventory(options, io, { extraVars: options['extra-vars'] });
  const hosts = chosenHosts(inventory, pattern, { limit, otherWord });
  const transportFor = createTransports(await transportDefaults(options, io));
  const inForks = pLimit(options.forks);
  const errors: Unanswered[] = [];
  const answers = await Promise.all(
    hosts.map((host) =>
      inForks(async (): Promise<readonly T[]> => {
        try {
          const transport = transportFor(host);
          const seconds = options['connect-timeout'];
          const connectTimeout = seconds === undefined ? undefined : seconds * 1000;
          const answer = await ask(host, { transport, connectTimeout, signal: io.signal });
          return [io.secrets.maskIn(answer, namingFields)];
        } catch (error) {
          const { message } = toEventError(error, undefined);
          errors.push({ host: host.name, outcome: failedOutcome(error), message: io.secrets.mask(message) });
          return [];
        }
      }),
    ),
  );
  await transportFor.close();
  const order = new Map(hosts.map(({ name }, index) => [name, index]));
  const rank = ({ host }: Unanswered): number => order.get(host) ?? 0;
  return { answers: answers.flat(), errors: errors.sort((a, b) => rank(a) - rank(b)) };
}

function chosenHosts(
  inventory: Inventory,
  pattern: string,
  { limit, otherWord }: Pick<EachQuestion, 'limit' | 'otherWord'>,
): readonly InventoryHost[] {
  if (otherWord !== undefined && !isPattern(inventory, pattern) && isPattern(inventory, otherWord)) {
    throw new UsageError(`${pattern} is no pattern of hosts, but ${otherWord} is one: it should come second`);
  }
  const hosts = selectHosts(inventory, pattern);
  const within = limit === undefined ? hosts : selectHosts(inventory, limit);
  const chosen = hosts.filter((host) => within.includes(host));
  if (chosen.length > 0) return chosen;
  throw new UsageError(`no host is in ${pattern}${limit === undefined ? '' : ` and in --limit ${limit}`}`);
}

function isPattern(inventory: Inventory, text: string): boolean {
  try {
    return selectHosts(inventory, text).length > 0;
  } catch {
    return false;
  }
}

/** The exit code of a command when some hosts gave no answer. */
export function exitCodeFor(errors: readonly Unanswered[]): ExitCode {
  const has = (outcome: HostOutcome): boolean => errors.some((error) => error.outcome === outcome);
  if (has('failed')) return exitCodes.hostFailed;
  if (has('unreachable')) return exitCodes.unreachable;
  // The user stopped it.
  return errors.length > 0 ? exitCodes.couldNotStart : exitCodes.done;
}
