import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import type { AddressInfo, Server } from 'node:net';
import { createServer } from 'node:net';
import { execPath } from 'node:process';
import { fileURLToPath } from 'node:url';
import { LabError } from '../errors.ts';
import type { LabNic } from './layout.ts';
import { eno3Address, managementAddress, nics, pathsOf, switches, tapOf } from './layout.ts';
import type { LabProcess } from './process.ts';
import { identify, mustRun } from './process.ts';
import type { HostState, LabState } from './state.ts';
import { writeState } from './state.ts';

/** Starts the process that holds the lab's network namespace, and fills the namespace with switches and cables. */
export async function startNetwork(directory: string, state: LabState): Promise<LabProcess> {
  const child = startRelay(directory);
  try {
    state.relay = identify(await pidOf(child));
    writeState(directory, state);
    for (const host of state.hosts) {
      host.port = await relayTo(child, managementAddress(host.number));
      host.eno3Port = await relayTo(child, eno3Address(host.number));
    }
    writeState(directory, state);
    await plugCables(state.relay, state.hosts);
    return state.relay;
  } catch (error) {
    const said = readFileSync(pathsOf(directory).relayLog, 'utf8').trim();
    if (said === '') throw error;
    throw new LabError(`the network of the lab cannot be made: ${said}`, { cause: error });
  } finally {
    if (child.connected) child.disconnect();
    child.unref();
  }
}

/** The start of a command line that runs the rest of it inside the lab's network. */
export function insideNetwork(relay: LabProcess): readonly string[] {
  return ['nsenter', `--net=/proc/${relay.pid}/ns/net`, '--'];
}

/**
 * Lets the frames of a NIC pass, or stops them at the switch. The tap stays up: a vector device that writes to a tap that is
 * down never sends again.
 */
export async function setCable(
  relay: LabProcess,
  host: HostState,
  cable: { readonly nic: LabNic; readonly passes: boolean },
): Promise<void> {
  const state = cable.passes ? 'forwarding' : 'disabled';
  await runInside(relay, ['bridge', 'link', 'set', 'dev', tapOf(host.number, cable.nic), 'state', state]);
  await forgetNeighbour(relay, host);
}

/** Makes the relay ask for the host's MAC anew. A neighbour entry that failed would fail its next connection at once. */
export async function forgetNeighbour(relay: LabProcess, host: HostState): Promise<void> {
  const lines = [managementAddress(host.number), eno3Address(host.number)].map(
    (address) => `neigh flush to ${address}`,
  );
  await runInside(relay, ['ip', '-batch', '-'], lines.join('\n'));
}

/**
 * Makes the switch treat eno4 and eno5 of a host as one static aggregate, as bond modes 0, 2 and 3 demand: a frame that comes
 * in on one member never leaves on the other, and a broadcast leaves on one member only.
 */
export async function aggregate(relay: LabProcess, host: HostState): Promise<void> {
  const { group, uplink, members } = aggregateOf(host);
  const [first, second] = members;
  await runInside(
    relay,
    ['ip', '-batch', '-'],
    `link add ${group} type bridge stp_state 0 forward_delay 0 mcast_snooping 0
link add ${uplink} type veth peer name ${uplink}t
link set ${uplink}t master trunk up
link set ${uplink} master ${group} up
link set ${first} master ${group}
link set ${second} master ${group}
link set ${first} type bridge_slave isolated on
link set ${second} type bridge_slave isolated on flood off mcast_flood off bcast_flood off
link set ${group} up
`,
  );
}

/** Makes eno4 and eno5 two ports of the switch again. */
export async function separate(relay: LabProcess, host: HostState): Promise<void> {
  const { group, uplink, members } = aggregateOf(host);
  const lines = [
    ...members.map((member) => `link set ${member} master trunk`),
    `link delete ${uplink}`,
    `link delete ${group}`,
  ];
  await runInside(relay, ['ip', '-batch', '-'], lines.join('\n'));
}

function aggregateOf({ name, number }: HostState): {
  readonly group: string;
  readonly uplink: string;
  readonly members: readonly [string, string];
} {
  return {
    group: `${name}lag`,
    uplink: `${name}up`,
    members: [tapOf(number, 'eno4'), tapOf(number, 'eno5')],
  };
}

function startRelay(directory: string): ChildProcess {
  const log = openSync(pathsOf(directory).relayLog, 'a');
  // The package ships src beside dist, so one file serves both. It is JavaScript because node alone runs it.
  const script = fileURLToPath(new URL('../../src/lab/relay.js', import.meta.url));
  const child = fork(script, [], {
    execPath: 'unshare',
    execArgv: ['--net', execPath],
    detached: true,
    stdio: ['ignore', log, log, 'ipc'],
  });
  closeSync(log);
  return child;
}

async function pidOf(child: ChildProcess): Promise<number> {
  if (child.pid === undefined) await once(child, 'spawn');
  if (child.pid === undefined) throw new LabError('the relay of the lab did not start');
  return child.pid;
}

/** Listens on a free port of 127.0.0.1 and hands the socket to the relay. */
async function relayTo(child: ChildProcess, host: string): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  try {
    await handOver(child, { host, port: 22 }, server);
  } finally {
    server.close();
  }
  return port;
}

async function handOver(
  child: ChildProcess,
  target: { host: string; port: number },
  server: Server,
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const ended = (): void => reject(new LabError('the relay of the lab ended'));
    child.once('exit', ended);
    child.once('message', () => {
      child.removeListener('exit', ended);
      resolve();
    });
    child.send(target, server, (error) => {
      if (error !== null) reject(new LabError(`the relay of the lab does not answer: ${error.message}`));
    });
  });
}

async function plugCables(relay: LabProcess, hosts: readonly HostState[]): Promise<void> {
  const lines = ['link set lo up'];
  for (const { name, address } of switches) {
    // Forwards LLDP, as no switch does, so that hosts can see each other; STP off, so that ports forward at once.
    lines.push(
      `link add ${name} type bridge stp_state 0 forward_delay 0 mcast_snooping 0 group_fwd_mask 0x4000`,
      `address add ${address} dev ${name}`,
      `link set ${name} up`,
    );
  }
  for (const host of hosts) {
    for (const nic of nics) {
      const tap = tapOf(host.number, nic);
      const lan = switches.find((candidate) => candidate.nics.includes(nic))?.name ?? 'trunk';
      lines.push(`tuntap add dev ${tap} mode tap`, `link set ${tap} master ${lan}`, `link set ${tap} up`);
    }
  }
  await runInside(relay, ['sh', '-c', 'echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6']);
  await runInside(relay, ['ip', '-batch', '-'], lines.join('\n'));
}

async function runInside(relay: LabProcess, argv: readonly string[], input = ''): Promise<void> {
  const [command = '', ...rest] = [...insideNetwork(relay), ...argv];
  await mustRun(command, rest, { input });
}
