import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { mustRun } from './processes.ts';

/** A network namespace with an sshd that stands in for a KVM host. */
export interface StandIn {
  readonly name: string;
  readonly address: string;
  /** Of the sshd, and so of its namespaces. */
  readonly pid: number;
  /** Where the sshd tells of logins and commands. */
  readonly log: string;
}

/** Hosts, and the files a client needs to log in there. */
export interface Fleet {
  readonly hosts: readonly StandIn[];
  readonly privateKey: string;
  readonly knownHosts: string;
  /** Home directory for clients: nothing but known_hosts. */
  readonly home: string;
}

/** Connections and commands that an sshd saw. */
export interface Visits {
  readonly connections: number;
  readonly execs: number;
}

const sshdConfig = `HostKey /run/bench/host_key
AuthorizedKeysFile /run/bench/authorized_keys
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
StrictModes no
PermitUserRC no
PidFile none
PrintMotd no
UseDNS no
LogLevel VERBOSE
`;

/** Makes hosts on one switch, in the network namespace of this process; they end with its process namespace. */
export async function startFleet(
  count: number,
  { folder, root }: { readonly folder: string; readonly root: string },
): Promise<Fleet> {
  const home = join(folder, 'home');
  mkdirSync(join(home, '.ssh'), { recursive: true });
  const privateKey = makeKey(join(folder, 'key'));
  const hostKey = makeKey(join(folder, 'host_key'));
  writeFileSync(join(folder, 'sshd_config'), sshdConfig);
  writeFileSync(join(folder, 'authorized_keys'), readFileSync(`${privateKey}.pub`));
  writeFileSync(join(folder, 'shadow'), 'root:*:20000:0:99999:7:::\nsshd:!:20000::::::\n', { mode: 0o600 });

  const starting = Array.from({ length: count }, (_, index) => prepare(index + 1, { folder, root }));
  const prepared = await Promise.all(starting);
  plugCables(prepared);
  for (const { process } of prepared) process.stdin?.end('go\n');
  const hosts = await Promise.all(prepared.map(({ host }) => listening(host)));

  const [type, key] = readFileSync(`${hostKey}.pub`, 'utf8').split(' ');
  const knownHosts = join(home, '.ssh', 'known_hosts');
  writeFileSync(knownHosts, hosts.map(({ address }) => `${address} ${type} ${key}\n`).join(''));
  return { hosts, privateKey, knownHosts, home };
}

/** What the sshd of each host saw since its start. */
export function readVisits(hosts: readonly StandIn[]): readonly Visits[] {
  return hosts.map(({ log }) => {
    const text = readFileSync(log, 'utf8');
    return {
      connections: text.match(/^Accepted publickey for /gm)?.length ?? 0,
      execs: text.match(/^Starting session: /gm)?.length ?? 0,
    };
  });
}

/** Takes the bridges away again that a play has made. */
export function removeBridges({ pid }: StandIn, names: readonly string[]): void {
  const group = 78;
  // As a group, since the kernel waits after each removal.
  const lines = [...names.map((name) => `link set dev ${name} group ${group}`), `link delete group ${group}`];
  mustRun('nsenter', ['--target', String(pid), '--net', 'ip', '-batch', '-'], lines.join('\n'));
}

interface Prepared {
  readonly host: StandIn;
  readonly process: ChildProcess;
}

async function prepare(
  number: number,
  { folder, root }: { readonly folder: string; readonly root: string },
): Promise<Prepared> {
  const name = `kvm${number}`;
  const address = addressOf(number);
  const log = join(folder, `${name}.log`);
  const script = join(root, 'bench', 'stand-in.sh');
  const errors = openSync(log, 'a');
  const process = spawn('unshare', ['--net', '--mount', 'sh', script, folder, `${address}/16`], {
    stdio: ['pipe', 'pipe', errors],
  });
  closeSync(errors);
  await Promise.race([once(process.stdout ?? process, 'data'), once(process, 'exit')]);
  if (process.pid === undefined || process.exitCode !== null) throw notStarted(name, log);
  // Programs that the shell was replaced by keep its number.
  return { host: { name, address, pid: process.pid, log }, process };
}

function plugCables(prepared: readonly Prepared[]): void {
  writeFileSync('/proc/sys/net/ipv6/conf/default/disable_ipv6', '1');
  const lines = [
    'link set lo up',
    'link add name lan type bridge stp_state 0 forward_delay 0 mcast_snooping 0',
    'address add 10.78.0.1/16 dev lan',
    'link set lan up',
    ...prepared.flatMap(({ host: { name, pid } }) => [
      `link add name ${name} type veth peer name eth0 netns ${pid}`,
      `link set ${name} master lan up`,
    ]),
  ];
  mustRun('ip', ['-batch', '-'], lines.join('\n'));
}

function addressOf(number: number): string {
  return `10.78.${1 + Math.floor(number / 250)}.${1 + (number % 250)}`;
}

async function listening(host: StandIn): Promise<StandIn> {
  for (let attempt = 0; attempt < 500; attempt++) {
    if (readFileSync(host.log, 'utf8').includes('Server listening on')) return host;
    await sleep(20);
  }
  throw notStarted(host.name, host.log);
}

function notStarted(name: string, log: string): Error {
  return new Error(`the sshd of ${name} did not start: ${readFileSync(log, 'utf8').trim()}`);
}

function makeKey(file: string): string {
  mustRun('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'kvmplay-bench', '-f', file]);
  chmodSync(file, 0o600);
  return file;
}
