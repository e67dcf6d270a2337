import { spawn, spawnSync } from 'node:child_process';
import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A command to measure. */
export interface Client {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** File it reads from. */
  readonly input: string;
  /** Files for what it prints. */
  readonly output: string;
}

/** What one run of a command cost, in seconds: the command and all processes that it started. */
export interface Cost {
  readonly wall: number;
  readonly cpu: number;
}

/** Runs a command that must succeed. */
export function mustRun(command: string, args: readonly string[], input = ''): void {
  const { status, stderr, error } = spawnSync(command, args, { input, encoding: 'utf8' });
  if (status === 0) return;
  throw new Error(
    error?.message ?? `${command} ${args.join(' ')} ended with ${status ?? 0}: ${stderr.trim()}`,
  );
}

/**
 * Runs a command by bash, whose `time` counts what every process under it used. Processes that the command leaves behind
 * without a look (esbuild's) would not count: the end of a process namespace makes them.
 */
export async function timeClient(client: Client): Promise<Cost> {
  const script = `TIMEFORMAT='%3R %3U %3S'; exec 4>&2 2>&3; time unshare --pid --fork "$@" 2>&4 3>&- 4>&-`;
  const times = await runClient({ ...client, argv: ['bash', '-c', script, 'bash', ...client.argv] });
  const [wall = NaN, user = NaN, system = NaN] = times.trim().split(' ').map(Number);
  return { wall, cpu: user + system };
}

/** Runs a command and returns the most memory it and its processes held at once, in bytes; shared pages count once. */
export async function peakMemory(client: Client): Promise<number> {
  let peak = 0;
  const timer = { stop: (): void => undefined };
  await runClient(client, (leader) => {
    const interval = setInterval(() => (peak = Math.max(peak, sessionMemory(leader))), 20);
    timer.stop = () => clearInterval(interval);
  }).finally(() => timer.stop());
  return peak;
}

/** Resolves with what the command wrote to descriptor 3; throws when it fails. */
function runClient(client: Client, onStart: (pid: number) => void = () => undefined): Promise<string> {
  const { argv, cwd, env, input, output } = client;
  const [command = '', ...args] = argv;
  const files = [openSync(input, 'r'), openSync(`${output}.out`, 'w'), openSync(`${output}.err`, 'w')];
  // A session of its own tells its processes apart from those of the hosts.
  const child = spawn(command, args, { cwd, env, detached: true, stdio: [...files, 'pipe'] });
  for (const file of files) closeSync(file);
  if (child.pid !== undefined) onStart(child.pid);

  const chunks: Buffer[] = [];
  child.stdio[3]?.on('data', (chunk: Buffer) => chunks.push(chunk));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) {
        resolve(Buffer.concat(chunks).toString());
        return;
      }
      const said = `${tailOf(`${output}.err`)}\n${tailOf(`${output}.out`)}`.trim();
      reject(new Error(`${argv.slice(0, 6).join(' ')} … ended with ${code ?? signal ?? ''}:\n${said}`));
    });
  });
}

function tailOf(file: string): string {
  return readFileSync(file, 'utf8').split('\n').slice(-20).join('\n');
}

/** Proportional set sizes of all processes of a session. */
function sessionMemory(leader: number): number {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && sessionOf(entry) === leader)
    .reduce((sum, entry) => sum + memoryOf(entry), 0);
}

function sessionOf(pid: string): number {
  const line = readIfThere(join('/proc', pid, 'stat'));
  // The command in parentheses may hold anything, so counting starts behind it.
  return Number(line.slice(line.lastIndexOf(')') + 2).split(' ')[3]);
}

function memoryOf(pid: string): number {
  const rollup = readIfThere(join('/proc', pid, 'smaps_rollup'));
  return 1024 * Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1] ?? 0);
}

/** Processes end while one looks. */
function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
