import { env } from 'node:process';

import { InventoryError } from '../../errors.ts';
import type { SourcePlace } from '../../model/inventory.ts';
import type { HostKeyChecking } from '../host-keys/host-key.ts';
import { configFileOf } from '../openssh/arguments.ts';
import { expandPath, expandTokens, type TokenValues } from './expand-tokens.ts';
import { parseProxyCommand, parseProxyJump, type Jump } from './proxy-jump.ts';
import type { SshConfig } from './ssh-config.ts';
import type { SshConfigs } from './ssh-configs.ts';
import type { SshSettings } from '../ssh2/settings.ts';
import type { SshTarget } from '../ssh-target.ts';

export interface Resolution {
  readonly configs: SshConfigs;
  /** Where the target was declared, for messages. */
  readonly place: SourcePlace | undefined;
}

/** A longer way goes round in a circle. */
export const mostHops = 8;

/**
 * Completes the settings of a target from ssh_config and the arguments for ssh where inventory and run leave them open. Throws
 * InventoryError for settings that kvmplay cannot follow.
 */
export async function resolveSsh(target: SshTarget, resolution: Resolution): Promise<SshSettings> {
  const resolver = new Resolver(target, resolution);
  const { privateKeyFile, password, connectTimeout, commandTimeout, retries, become } = target;
  const settings = await resolver.settings(target, []);
  return {
    ...settings,
    privateKeyFile,
    password,
    connectTimeout,
    commandTimeout,
    retries,
    become,
  };
}

interface Wanted {
  readonly name: string;
  readonly destination: string;
  readonly user?: string | undefined;
  readonly port?: number | undefined;
  readonly firstArguments: readonly string[];
  readonly lastArguments: readonly string[];
}

class Resolver {
  readonly #name: string;
  readonly #hostKeyChecking: HostKeyChecking | undefined;
  /** The `-F FILE` that ssh passes on to the hops of a ProxyJump. */
  readonly #configFile: readonly string[];
  readonly #resolution: Resolution;

  constructor(target: SshTarget, resolution: Resolution) {
    const { name, hostKeyChecking, firstArguments, lastArguments } = target;
    const file = configFileOf([...firstArguments, ...lastArguments]);
    this.#name = name;
    this.#configFile = file === undefined ? [] : ['-F', file];
    this.#hostKeyChecking = hostKeyChecking;
    this.#resolution = resolution;
  }

  /** `behind`: the hosts that are to be reached over this one, the nearest last. */
  async settings(wanted: Wanted, behind: readonly string[]): Promise<SshSettings> {
    const { configs, place } = this.#resolution;
    const config = await configs.lookUp({
      ...wanted,
      name: this.#name,
      place,
      hostKeyChecking: this.#hostKeyChecking,
    });
    const [impossible] = config.impossible ?? [];
    if (impossible !== undefined) {
      throw this.#error(
        `ssh_config says ${impossible} for ${wanted.destination}, which needs ansible_connection: openssh`,
      );
    }
    const values: TokenValues = { ...config, destination: wanted.destination };
    const { identityFiles, identitiesOnly, identityAgent, connectTimeout } = config;
    return {
      name: wanted.name,
      address: config.address,
      port: config.port,
      user: config.user,
      hostKeyChecking: config.hostKeyChecking ?? this.#hostKeyChecking ?? 'yes',
      keyFiles: identityFiles?.map((path) => this.#expand(() => expandPath(path, values))),
      keyFilesOnly: identitiesOnly,
      ...(identityAgent !== undefined && {
        agentSocket: this.#expand(() => agentSocketOf(identityAgent, values)),
      }),
      knownHostsFiles: config.knownHostsFiles,
      hostKeyAlias: config.hostKeyAlias,
      addressFamily: config.addressFamily,
      localAddress: config.localAddress,
      refusedMethods: config.refusedMethods,
      asksQuestions: config.preferredMethods?.[0] === 'keyboard-interactive',
      usualConnectTimeout: connectTimeout && connectTimeout * 1000,
      ...(await this.#route(config, values, [...behind, wanted.destination])),
    };
  }

  async #route(
    config: SshConfig,
    values: TokenValues,
    behind: readonly string[],
  ): Promise<Pick<SshSettings, 'via' | 'proxyCommand'>> {
    const { proxyJump, proxyCommand } = config;
    if (proxyJump !== undefined) {
      const jump = parseProxyJump(proxyJump);
      if (jump === undefined)
        throw this.#error(`ProxyJump is ${JSON.stringify(proxyJump)}, and should be hosts`);
      return { via: await this.#hop({ ...jump, words: [...this.#configFile, ...jump.words] }, behind) };
    }
    if (proxyCommand === undefined) return {};
    const jump = parseProxyCommand(proxyCommand);
    if (jump !== undefined) return { via: await this.#hop(jump, behind) };
    for (const value of [values.address, values.user, values.destination]) {
      if (/^[\w.:@%+-]+$/.test(value)) continue;
      throw this.#error(`${JSON.stringify(value)} cannot stand in a ProxyCommand, which a shell reads`);
    }
    return { proxyCommand: this.#expand(() => expandTokens(proxyCommand, values)) };
  }

  async #hop(jump: Jump, behind: readonly string[]): Promise<SshSettings> {
    if (behind.length > mostHops) {
      throw this.#error(`the hops to it have no end: ${behind.toReversed().join(', ')}`);
    }
    const wanted = { ...jump, name: jump.destination, firstArguments: jump.words, lastArguments: [] };
    const hop = await this.settings(wanted, behind);
    // A bastion must not get the password of the host behind it, so a person is asked.
    return { ...hop, subject: `${hop.user}@${hop.name}`, asksForPassword: true };
  }

  #expand<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw this.#error(`ssh_config has the token ${error.message}, which needs ansible_connection: openssh`);
    }
  }

  #error(message: string): InventoryError {
    return new InventoryError(`${this.#name}: ${message}`, this.#resolution.place);
  }
}

function agentSocketOf(identityAgent: string, values: TokenValues): string {
  if (identityAgent === 'none') return '';
  if (identityAgent === 'SSH_AUTH_SOCK') return env.SSH_AUTH_SOCK ?? '';
  if (identityAgent.startsWith('$')) return env[identityAgent.replace(/[${}]/g, '')] ?? '';
  return expandPath(identityAgent, values);
}
