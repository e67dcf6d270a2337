import { spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';

import { InventoryError } from '../../errors.ts';
import { bastionError, type Endpoint } from '../ssh2/bastions.ts';
import { configFileOf, forwardingCommand, ridingArguments } from './arguments.ts';
import type { OpenSshLog } from './log.ts';
import type { OpenSshMaster } from './master.ts';
import type { OpenSshTarget } from './openssh.ts';
import { mostHops } from '../ssh-config/resolve-ssh.ts';
import { answerTimeout, SharedLines } from '../connection-pool.ts';
import { parseProxyCommand, parseProxyJump, type Jump } from '../ssh-config/proxy-jump.ts';
import type { SshConfig } from '../ssh-config/ssh-config.ts';
import type { SshConfigs } from '../ssh-config/ssh-configs.ts';

/** A host, and how ssh_config and arguments say that it is reached. */
export interface OpenSshRoute {
  readonly target: OpenSshTarget;
  /** The bastion that it is behind. */
  readonly via?: OpenSshRoute;
  /** Whether a person is asked for its password, if it wants one. */
  readonly asksForPassword?: boolean;
  /** Whether they name files with its host key: those of the run are then not for it. */
  readonly hasOwnRecord?: boolean;
  /** Milliseconds to connect in where neither inventory nor run say it. */
  readonly usualConnectTimeout?: number;
  /** The ways to log in that they prefer, where they say so. */
  readonly preferredMethods?: readonly string[];
}

/** Connections of the ssh program to bastions: one to each, shared by all behind it. */
export interface OpenSshBastions {
  /** How a host is reached. Of one that only ssh itself understands nothing is known. Throws InventoryError. */
  routeTo(target: OpenSshTarget): Promise<OpenSshRoute>;
  /** Gets on the connection to a bastion; `subject` is who is to be reached over it, for messages. */
  board(bastion: OpenSshRoute, subject: string): Promise<Passage>;
  /** Ends all connections; who asks later gets new ones. */
  close(): Promise<void>;
}

/** The use of a connection to a bastion. */
export interface Passage {
  /** What makes ssh go over it. */
  readonly proxyCommand: string;
  /** Why the bastion did not connect to somebody, as it says. */
  refusal(to: Endpoint): Promise<string | undefined>;
  /** Tells that it led to its end. */
  readonly arrived: () => void;
  readonly leave: () => void;
}

export interface OpenSshBastionsOptions {
  readonly configs: SshConfigs;
  readonly open: (bastion: OpenSshRoute, signal: AbortSignal) => Promise<OpenSshMaster>;
}

export function createOpenSshBastions({ configs, open }: OpenSshBastionsOptions): OpenSshBastions {
  const lines = new SharedLines<OpenSshMaster>();
  const lookUp = (target: OpenSshTarget): Promise<SshConfig | undefined> =>
    // What ssh does not understand it says itself when it is to connect.
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
      target: { ...target, ...(hostKeyChecking !== undefined && { hostKeyChecking }) },
      ...(jump !== undefined && {
        via: { ...(await resolve(hopOf(jump, target), hops)), asksForPassword: true },
      }),
      ...(knownHostsFiles !== undefined && { hasOwnRecord: true }),
      ...(preferredMethods !== undefined && { preferredMethods }),
      ...(connectTimeout !== undefined && { usualConnectTimeout: connectTimeout * 1000 }),
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
    async board(bastion, subject) {
      const { name, executable = 'ssh' } = bastion.target;
      const line = await lines.to(JSON.stringify(bastion), {
        open: (signal) => open(bastion, signal),
        isStanding: ({ isOver }) => !isOver(),
        answers: ({ controlPath }) => answers(executable, controlPath),
        end: (master) => master.end(),
      });
      const leave = line.enter();
      try {
        const { controlPath, log } = await line.opened;
        return {
          proxyCommand: forwardingCommand(controlPath, executable),
          refusal: (to) => refusalIn(log, to),
          arrived: () => line.heard(),
          leave,
        };
      } catch (error) {
        leave();
        throw bastionError(error, subject, name);
      }
    },
    close: () => lines.close(),
  };
}

/** Whether a bastion answers at all when it is to connect to a port where nobody listens. */
function answers(executable: string, controlPath: string): Promise<boolean> {
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

/** Of the arguments for a host, ssh takes over to a hop the file of ssh_config, and nothing else. */
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
    ...(user !== undefined && { user }),
    ...(port !== undefined && { port }),
    firstArguments: words,
    lastArguments: [],
    ...(executable !== undefined && { executable }),
    ...(hostKeyChecking !== undefined && { hostKeyChecking }),
  };
}

/** The log of a connection comes by another way than the end of who wanted to use it. */
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
