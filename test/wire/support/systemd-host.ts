import { type ChildProcess, execFile, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { buildInventory } from '../../../src/inventory/index.ts';
import type { RunEvent, RunSummary } from '../../../src/engine/events.ts';
import type { Play } from '../../../src/engine/fleet/play.ts';
import { quote } from '../../../src/model/shell-quote.ts';
import { run, type RunOptions } from '../../../src/run.ts';
import type { Transport } from '../../../src/transports/index.ts';
import { needProgram } from '../../support/packages.ts';
import { transportTo } from './host.ts';
import { makeKey } from './keys.ts';
import { prepareMachine } from './machine.ts';

const execute = promisify(execFile);

/**
 * A host with systemd as its process 1 and sshd as one of its units, in namespaces of its own over this machine's files; what
 * it writes is gone with it. A cable joins its NIC `eno1` to a network where nothing else is but the way in.
 */
export interface SystemdHost {
  /** How to reach its sshd. */
  readonly reach: Parameters<typeof transportTo>[0];
  readonly transport: Transport;
  /** What a script of root's prints on the console, which no network and no sshd is needed for; throws when it does not end with 0. */
  read(script: string): Promise<string>;
  run(plays: readonly Play[], options?: SystemdRunOptions): Promise<SystemdRun>;
  /** Lets systemd shut everything down, and boots with the files that are there then. */
  reboot(): Promise<void>;
  stop(): Promise<void>;
}

export type SystemdRunOptions = Partial<Omit<RunOptions, 'plays' | 'inventory' | 'transportFor'>>;

export interface SystemdRun {
  readonly summary: RunSummary;
  readonly events: readonly RunEvent[];
}

const systemd = '/lib/systemd/systemd';

/** What these tests need of the machine, besides what all tests of this ring do. */
export async function prepareSystemd(): Promise<void> {
  await prepareMachine();
  await needProgram(systemd, 'systemd');
  await needProgram('/usr/bin/nsenter', 'util-linux');
  await needProgram('/sbin/ip', 'iproute2');
}

const hostAddress = '10.128.9.11';

/** The disk: an overlay over this machine's files, on which no unit of this machine is enabled. */
function diskScript(cgroup: string): string {
  return `set -e
mount --make-rprivate /
mount -t tmpfs none /mnt
mkdir /mnt/upper /mnt/work /mnt/root /mnt/cgroup
mount -t overlay overlay -o lowerdir=/,upperdir=/mnt/upper,workdir=/mnt/work /mnt/root
mount -t cgroup2 none /mnt/cgroup
# Of test runs that were killed.
for old in /mnt/cgroup/kvmplay-*; do
  [ ! -d "$old" ] || [ -d "/proc/\${old##*-}" ] || find "$old" -depth -type d -exec rmdir {} ';'
done
mkdir ${cgroup}
cd /mnt/root
rm -rf etc/systemd/system/* etc/rc[0-9S].d/* lib/systemd/system/*.wants etc/fstab etc/default/ssh etc/ssh etc/network var/lib/kvmplay
find lib/systemd/system-generators ! -type d ! -name systemd-sysv-generator -delete
rm -f bin/ping
mkdir -p etc/ssh etc/systemd/system/multi-user.target.wants etc/systemd/system/ssh.service.d
ln -s /lib/systemd/system/multi-user.target etc/systemd/system/default.target
ln -s /lib/systemd/system/ssh.service etc/systemd/system/multi-user.target.wants/ssh.service
ln -s /lib/systemd/system/ssh.service etc/systemd/system/sshd.service
# As units of sshd are that nobody thought about: who stops it ends the sessions, and all that they started.
printf '[Service]\\nKillMode=control-group\\n' > etc/systemd/system/ssh.service.d/sessions.conf
echo kvm1 > etc/hostname
echo 0123456789abcdef0123456789abcdef > etc/machine-id
ip link set lo up
`;
}

const sshdConfig = `HostKey /etc/ssh/host_key
AuthorizedKeysFile /etc/ssh/authorized_keys
StrictModes no
UsePAM no
LogLevel VERBOSE
`;

/** Puts itself into the cgroup that the host's first process is to find as the root of all. */
function bootScript(cgroup: string): string {
  return `echo $$ > ${cgroup}/cgroup.procs &&
exec unshare --mount --pid --fork --kill-child=SIGKILL --cgroup --net --uts --ipc sh -c ${quote(mountScript)}
`;
}

const mountScript = `set -e
cd /mnt/root
mount -t proc none proc
mount -t sysfs none sys
mount -t cgroup2 none sys/fs/cgroup
for folder in run root tmp dev; do mount -t tmpfs -o mode=755 none $folder; done
chmod 1777 tmp
mknod -m 666 dev/null c 1 3; mknod -m 666 dev/zero c 1 5; mknod -m 666 dev/full c 1 7
mknod -m 666 dev/random c 1 8; mknod -m 666 dev/urandom c 1 9; mknod -m 666 dev/tty c 5 0
mkdir dev/pts dev/shm
mount -t devpts -o newinstance,ptmxmode=0666 none dev/pts
ln -s pts/ptmx dev/ptmx
exec env -i container=lxc PATH=/usr/sbin:/usr/bin:/sbin:/bin chroot . ${systemd} --log-target=console --show-status=false
`;

const cableScript = (init: number): string => `set -e
ip link add cable type veth peer name eno1 netns ${String(init)}
ip link set cable up
ip address replace 10.128.9.1/24 dev cable
`;

const nicsScript = `set -e
for link in all default; do echo 1 > /proc/sys/net/ipv6/conf/$link/disable_ipv6; done
ip link add eno4 type veth peer name far4
ip link add eno5 type veth peer name far5
for link in lo far4 far5 eno1; do ip link set $link up; done
ip address add ${hostAddress}/24 dev eno1
`;

export async function startSystemdHost(): Promise<SystemdHost> {
  const directory = await mkdtemp(join(tmpdir(), 'kvmplay-systemd-'));
  const holder = startHolder();
  const world = ['nsenter', '--target', String(holder.pid), '--mount', '--net', 'sh', '-c'];
  const cgroup = `/mnt/cgroup/kvmplay-${String(holder.pid)}`;
  let machine: Machine | undefined;

  const inWorld = (script: string): Promise<string> => call([...world, script]);
  const boot = async (): Promise<void> => {
    machine = await startMachine([...world, bootScript(cgroup)]);
    await inWorld(cableScript(machine.init));
    await machine.read(nicsScript);
    await machine.read(whenBooted);
  };
  const running = (): Machine => {
    if (machine === undefined) throw new Error('the host is not up');
    return machine;
  };
  const stop = async (): Promise<void> => {
    await machine?.kill();
    await inWorld(
      `until find ${cgroup} -depth -type d -exec rmdir {} ';' 2>/dev/null; [ ! -e ${cgroup} ]; do sleep 0.1; done`,
    );
    holder.kill('SIGKILL');
    await rm(directory, { recursive: true, force: true });
  };

  try {
    const hostKey = await makeKey(join(directory, 'host'));
    const userKey = await makeKey(join(directory, 'user'));
    await inWorld(`${diskScript(cgroup)}
printf %s ${quote(await readFile(hostKey.file, 'utf8'))} > etc/ssh/host_key
chmod 600 etc/ssh/host_key
printf '%s\\n' ${quote(userKey.publicKey)} > etc/ssh/authorized_keys
printf %s ${quote(sshdConfig)} > etc/ssh/sshd_config
`);
    await boot();
    const port = await listenFor(holder, { host: hostAddress, port: 22 });
    const knownHosts = join(directory, 'known_hosts');
    await writeFile(knownHosts, `[127.0.0.1]:${String(port)} ${hostKey.publicKey}\n`);
    const reach = { port, knownHosts, userKey };
    const transport = transportTo(reach, 'root');

    return {
      reach,
      transport,
      read: (script) => running().read(script),
      run: (plays, options) => runOn(transport, plays, options),
      async reboot() {
        await running().read('systemctl --no-block reboot');
        await running().ended;
        await boot();
      },
      stop,
    };
  } catch (error) {
    await stop().catch(() => undefined);
    throw error;
  }
}

async function runOn(
  transport: Transport,
  plays: readonly Play[],
  options?: SystemdRunOptions,
): Promise<SystemdRun> {
  const events: RunEvent[] = [];
  const { reporters = [], ...rest } = options ?? {};
  const summary = await run({
    plays,
    inventory: await buildInventory({ kvm: { hosts: { kvm1: { network_backend: 'none' } } } }),
    transportFor: () => transport,
    reporters: [{ onEvent: (event) => void events.push(event) }, ...reporters],
    ...rest,
  });
  return { summary, events };
}

/**
 * Holds the disk and the network at the other end of the cable, and lets in whoever comes to a port of this machine: the
 * relay of the lab. It ends with the process of the tests.
 */
function startHolder(): ChildProcess {
  const relay = fileURLToPath(new URL('../../../src/lab/relay.js', import.meta.url));
  return fork(relay, [], {
    execPath: 'setpriv',
    execArgv: ['--pdeathsig', 'KILL', 'unshare', '--mount', '--net', execPath],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
}

async function listenFor(
  holder: ChildProcess,
  target: { readonly host: string; readonly port: number },
): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const told = once(holder, 'message');
  holder.send(target, server);
  await told;
  server.close();
  return port;
}

/** One boot of the host. */
interface Machine {
  /** Its process 1, by the number it has outside. */
  readonly init: number;
  readonly ended: Promise<unknown>;
  read(script: string): Promise<string>;
  kill(): Promise<void>;
}

async function startMachine([program = '', ...args]: readonly string[]): Promise<Machine> {
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', program, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'exit');
  let log = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (log += text));
  }
  const id = String(child.pid);
  const failure = (how: string): Error =>
    new Error(`systemd cannot be process 1 of namespaces of its own here: ${log.trim() || how}`);

  let init = '';
  let command = '';
  while (!command.startsWith(systemd)) {
    if (child.exitCode !== null) throw failure(`exit code ${String(child.exitCode)}`);
    await new Promise((wake) => setTimeout(wake, 20));
    init = (await readFile(`/proc/${id}/task/${id}/children`, 'utf8').catch(() => '')).trim();
    command = await readFile(`/proc/${init}/cmdline`, 'utf8').catch(() => '');
  }

  return {
    init: Number(init),
    ended,
    async read(script) {
      try {
        return await call(['nsenter', '--target', init, '--all', '--root', '--wd', 'sh', '-c', script]);
      } catch (error) {
        throw child.exitCode === null ? error : failure(`exit code ${String(child.exitCode)}`);
      }
    },
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** Some units of this machine may not be able to run here; sshd must. */
const whenBooted = `tries=0
until systemctl is-active --quiet multi-user.target ssh.service 2>/dev/null; do
  tries=$((tries + 1))
  if [ $tries -gt 600 ]; then systemctl list-jobs >&2; systemctl status ssh.service >&2; exit 1; fi
  sleep 0.1
done`;

async function call([program = '', ...args]: readonly string[]): Promise<string> {
  const { stdout } = await execute(program, args);
  return stdout;
}
