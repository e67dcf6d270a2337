import { readFile } from 'node:fs/promises';
import { userInfo } from 'node:os';

import pLimit from 'p-limit';

import { InventoryError } from '../../errors.ts';
import type { SourcePlace } from '../../model/inventory.ts';
import type { HostKeyChecking } from '../host-keys/host-key.ts';
import { askSsh, SshRefusal, type SshAnswer } from './ask-ssh.ts';
import { readConfigLayout, type ConfigLayout } from './config-layout.ts';
import { toSshConfig, type SshConfig } from './ssh-config.ts';

/** The host to look up. The first setting counts: of the arguments, then user and port, then further arguments. */
export interface SshLookup {
  /** The host that needs it, for messages. */
  readonly name: string;
  readonly place: SourcePlace | undefined;
  readonly destination: string;
  readonly user?: string | undefined;
  readonly port?: number | undefined;
  readonly firstArguments: readonly string[];
  readonly lastArguments: readonly string[];
  /** Wins over what the files say only. */
  readonly hostKeyChecking?: HostKeyChecking | undefined;
}

/** The ssh_config of a run, as the ssh program understands it. */
export interface SshConfigs {
  /** Throws InventoryError for arguments that ssh does not understand. */
  lookUp(lookup: SshLookup): Promise<SshConfig>;
}

export interface SshConfigsOptions {
  /** As for `ssh -F`: a file, or `none`. Default: the user's and the system's. */
  readonly sshConfigFile?: string | undefined;
}

const programsAtOnce = 4;

/** Asks `ssh -G` as rarely as possible: never for hosts that no file and no argument concerns, once for hosts with the same settings. */
export function createSshConfigs({ sshConfigFile }: SshConfigsOptions = {}): SshConfigs {
  const limit = pLimit(programsAtOnce);
  const lookups = new Map<string, Promise<Answer>>();
  const layouts = new Map<string, Promise<ConfigLayout>>();
  const file = sshConfigFile === undefined ? [] : ['-F', sshConfigFile];

  const ask = (words: readonly string[], destination: string): Promise<Answer> =>
    limit(async () => ({ destination, answer: await askSsh(words, destination) }));
  /** The settings for no particular host: values that differ from them were configured. */
  const plain = (): Promise<Answer> => memoize(lookups, '', () => ask(['-F', 'none'], 'localhost'));
  const layoutFor = (words: readonly string[], destination: string): Promise<ConfigLayout> =>
    // A -F among a host's own arguments makes ssh read other files.
    memoize(layouts, words.some((word) => /^-\w*F/.test(word)) ? words.join('\0') : '', async () => {
      const { answer } = await ask([...file, ...words], destination);
      return readConfigLayout(await Promise.all((answer?.files ?? []).map(readOrNothing)));
    });

  const lookUp = async (lookup: SshLookup): Promise<SshConfig> => {
    const { name, destination, user, port, firstArguments, lastArguments } = lookup;
    const given = [...firstArguments, ...lastArguments];
    const simple: SshConfig = {
      address: bare(destination),
      port: port ?? 22,
      user: user ?? userInfo().username,
    };
    if (given.length === 0 && sshConfigFile === 'none') return simple;
    const layout = await layoutFor(given, destination);
    if (given.length === 0 && layout.isPlain) return simple;

    const words = [
      // The last -F counts: the inventory's own.
      ...file,
      ...firstArguments,
      ...(port === undefined ? [] : ['-p', String(port)]),
      ...(user === undefined ? [] : ['-l', user]),
      ...lastArguments,
      ...(lookup.hostKeyChecking === undefined
        ? []
        : ['-o', `StrictHostKeyChecking=${lookup.hostKeyChecking}`]),
    ];
    const kind = given.some(isExpanded) ? `=${destination}` : layout.keyOf(destination);
    const [asked, baseline] = await Promise.all([
      memoize(lookups, [...words, kind].join('\0'), () => ask(words, destination)),
      plain(),
    ]);
    if (asked.answer !== undefined && baseline.answer !== undefined) {
      const config = toSshConfig(asked.answer.values, { baseline: baseline.answer.values });
      const isOwnName = config.address === bare(asked.destination).toLowerCase();
      return isOwnName ? { ...config, address: simple.address } : config;
    }
    if (given.length === 0 && sshConfigFile === undefined) return simple;
    throw new InventoryError(
      `${name}: ${[...given, ...file].join(' ')} needs the ssh program to be understood, and there is none`,
      lookup.place,
    );
  };

  return {
    async lookUp(lookup) {
      try {
        return await lookUp(lookup);
      } catch (error) {
        if (!(error instanceof SshRefusal)) throw error;
        throw new InventoryError(`${lookup.name}: ssh says: ${error.message}`, lookup.place, {
          cause: error,
        });
      }
    },
  };
}

/** The host that ssh was asked about. Hosts of the same kind share the answer. */
interface Answer {
  readonly destination: string;
  readonly answer: SshAnswer | undefined;
}

/** An argument whose %h and the like `ssh -G` puts in. */
function isExpanded(word: string): boolean {
  return /[%$]/.test(word) && !/proxycommand|identityfile/i.test(word);
}

/** `[::1]` is `::1` */
function bare(destination: string): string {
  return destination.replace(/^\[(.*)\]$/, '$1');
}

function readOrNothing(file: string): Promise<string> {
  return readFile(file, 'utf8').catch(() => 'Match unreadable');
}

function memoize<T>(cache: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  const made = cache.get(key) ?? make();
  cache.set(key, made);
  return made;
}
