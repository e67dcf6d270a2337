import { spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';

import { InventoryError } from '../../errors.ts';
import { bastionError, type Endpoint } from '../ssh2/bastions.ts';
import { configFileOf, forwardingCommand, ridingArguments } from './arguments.ts';
import type { OpenSshLog } from './log.ts';
import type { OpenSshMaster } from './master.ts';
import type { OpenSshTarget } from './openssh.ts';
import { mostHops } from '../ssh-config/resolve-ssh.ts';
import { answerTimeout, ConnectionPool } from '../connection-pool.ts';
import { parseProxyCommand, parseProxyJump, type Jump } from '../ssh-config/proxy-jump.ts';
import type { SshConfig } from '../ssh-config/ssh-config.ts';
import type { SshConfigs } from '../ssh-config/ssh-configs.ts';

/** A host and the way to it that ssh_config and the arguments name. */
export interface OpenSshRoute {
  readonly target: OpenSshTarget;
  /** The bastion that it is behind. */
  readonly via?: OpenSshRoute | undefined;
  /** A person is asked for its password when it wants one. */
  readonly asksForPassword?: boolean | undefined;
  /** ssh_config or the arguments name its known_hosts files, so those of the run do not count for it. */
  readonly hasOwnRecord?: boolean | undefined;
  /** Milliseconds to connect in where neither inventory nor run say it. */
  readonly usualConnectTimeout?: number | undefined;
  /** PreferredAuthentications of ssh_config or the arguments. */
  readonly preferredMethods?: readonly string[] | undefined;
}

/** Connections of the ssh program to bastions: one to each, shared by all hosts behind it. */
export interface OpenSshBastions {
  /** Finds the route to a host. It has no details when only ssh itself understands the settings. Throws InventoryError. */
  routeTo(target: OpenSshTarget): Promise<OpenSshRoute>;
  /** Acquires the connection to a bastion. `subject` names the host behind it in messages. */
  acquire(bastion: OpenSshRoute, subject: string): Promise<BastionLease>;
  /** Ends all connections. A later `acquire` opens new ones. */
  close(): Promise<void>;
}

/** One use of the connection to a bastion. */
export interface BastionLease {
  /** The ProxyCommand that sends an ssh over it. */
  readonly proxyCommand: string;
  /** The reason that the bastion gives for not connecting to an endpoint. */
  refusal(to: Endpoint): Promise<string | undefined>;
  /** Tells that the host behind it was reached. */
  readonly arrived: () => void;
  readonly release: () => void;
}

export interface OpenSshBastionsOptions {
  readonly configs: SshConfigs;
  readonly open: (bastion: OpenSshRoute, signal: AbortSignal) => Promise<OpenSshMaster>;
}

export function createOpenSshBastions({ configs, open }: OpenSshBastionsOptions): OpenSshBastions {
  const pool = new ConnectionPool<OpenSshMaster>();
  const lookUp = (target: OpenSshTarget): Promise<SshConfig | undefined> =>
    // ssh itself reports what it does not understand when it connects.
    configs.lookUp({ ...target, place: undefined }).catch(() => undefined);
  const resolve = async (target: OpenSshTarget, behind: readonly string[]): Promise<OpenSshRoute> => {
    const config = await lookUp(target);
    if (config === undefined) return { target };
    const jump = jumpOf(config, target);
    const hops = [...behind, target.destination];
    if (hops.length > mostHops)
      throw new InventoryError(`the hops to it have no end: ${hops.reverse().join(', ')}`);
    const { hostKeyChecking, connectTimeout, knownHostsFiles, preferredMethods } = config;
    return {
      target: { ...target, hostKeyChecking: hostKeyChecking ?? target.hostKeyChecking },
      via: jump && { ...(await resolve(hopOf(jump, target), hops)), asksForPassword: true },
      hasOwnRecord: knownHostsFiles !== undefined,
      preferredMethods,
      usualConnectTimeout: connectTimeout && connectTimeout * 1000,
    };
  };

  return {
    async routeTo(target) {
      try {
        return await resolve(target, []);
      } catch (error) {
        if (!(error instanceof InventoryError)) throw error;
        throw new InventoryError(`${target.name}: ${error.message}`, target.place);
      }
    },
    async acquire(bastion, subject) {
      const { name, executable = 'ssh' } = bastion.target;
      const connection = await pool.connectionTo(JSON.stringify(bastion), {
        open: (signal) => open(bastion, signal),
        isStanding: ({ isOver }) => !isOver(),
        isAlive: ({ controlPath }) => isAlive(executable, controlPath),
        end: (master) => master.end(),
      });
      const release = connection.acquire();
      try {
        const { controlPath, log } = await connection.opened;
        return {
          proxyCommand: forwardingCommand(controlPath, executable),
          refusal: (to) => refusalIn(log, to),
          arrived: () => connection.heard(),
          release,
        };
      } catch (error) {
        release();
        throw bastionError(error, subject, name);
      }
    },
    close: () => pool.close(),
  };
}

/** Tells whether a bastion answers at all: it is asked to connect to a port where nobody listens. */
function isAlive(executable: string, controlPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const words = [...ridingArguments(controlPath), '-W', '127.0.0.1:1', 'kvmplay'];
    const child = spawn(executable, words, { stdio: 'ignore', detached: true });
    const impatience = setTimeout(() => {
      resolve(false);
      child.kill();
    }, answerTimeout);
    const onEnd = (): void => {
      clearTimeout(impatience);
      resolve(true);
    };
    child.once('error', onEnd);
    child.once('exit', onEnd);
  });
}

/** A hop gets the `-F FILE` of the arguments for the host, as ssh passes it on, and no other argument. */
function jumpOf(
  { proxyJump, proxyCommand }: SshConfig,
  { firstArguments, lastArguments }: OpenSshTarget,
): Jump | undefined {
  if (proxyJump === undefined)
    return proxyCommand === undefined ? undefined : parseProxyCommand(proxyCommand);
  const jump = parseProxyJump(proxyJump);
  const file = configFileOf([...firstArguments, ...lastArguments]);
  return jump === undefined || file === undefined ? jump : { ...jump, words: ['-F', file, ...jump.words] };
}

function hopOf(
  { destination, user, port, words }: Jump,
  { executable, hostKeyChecking }: OpenSshTarget,
): OpenSshTarget {
  return {
    name: destination,
    destination,
    user,
    port,
    firstArguments: words,
    lastArguments: [],
    executable,
    hostKeyChecking,
  };
}

/** The log arrives on another pipe than the end of the process, so it may come a moment later. */
const patience = { milliseconds: 20, times: 15 };

async function refusalIn({ lines }: OpenSshLog, { address, port }: Endpoint): Promise<string | undefined> {
  for (let time = 0; time < patience.times; time++) {
    const end = lines.findLastIndex((line) =>
      line.includes(`: free: direct-tcpip: listening port 0 for ${address} port ${port}, `),
    );
    const [, channel] = /^debug1: channel (\d+):/.exec(lines[end] ?? '') ?? [];
    const start = `channel ${channel}: open failed: `;
    const reason = lines.slice(0, end + 1).findLast((line) => line.startsWith(start));
    if (channel !== undefined && reason !== undefined) return reason.slice(start.length);
    await delay(patience.milliseconds);
  }
  return undefined;
}
