import { execFile, spawn } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pid } from 'node:process';
import { promisify } from 'node:util';
import { isRunning } from './is-running.ts';

const run = promisify(execFile);
const prefix = 'kvmwire';

/** A user of this machine that lives as long as a test file. */
export interface Account {
  readonly name: string;
  readonly home: string;
  readonly password: string;
  /** Replaces what sudo lets the user do: the part after the name in sudoers, and `Defaults` in front of it. */
  allowSudo(rule: string, defaults?: string): Promise<void>;
  /** Replaces what doas lets the user do: a line of doas.conf. */
  allowDoas(line: string): Promise<void>;
  remove(): Promise<void>;
}

let count = 0;

export async function createAccount(): Promise<Account> {
  await removeLeftovers();
  const name = `${prefix}${pid}-${count++}`;
  const home = await mkdtemp(join(tmpdir(), `${name}-`));
  const password = 'pa$$ "wörd" of \'its own\'';
  const sudoers = `/etc/sudoers.d/${name}`;
  await patiently(() => run('useradd', ['--no-create-home', '--home-dir', home, '--shell', '/bin/sh', name]));
  await setPassword(name, password);
  await run('chown', [name, home]);
  await chmod(home, 0o755);

  return {
    name,
    home,
    password,
    async allowSudo(rule, defaults) {
      const lines = [defaults === undefined ? '' : `Defaults:${name} ${defaults}`, `${name} ${rule}`, ''];
      await writeFile(sudoers, lines.join('\n'), { mode: 0o440 });
    },
    allowDoas: (line) => setDoasLine(name, line),
    async remove() {
      await rm(sudoers, { force: true });
      await setDoasLine(name);
      await patiently(() => run('userdel', ['--force', name]));
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** A test run that was killed removes nothing: the next one does. */
async function removeLeftovers(): Promise<void> {
  for (const line of (await readFile('/etc/passwd', 'utf8')).split('\n')) {
    const [name = ''] = line.split(':');
    const owner = new RegExp(`^${prefix}(\\d+)-\\d+$`).exec(name)?.[1];
    if (owner === undefined || isRunning(Number(owner))) continue;
    await rm(`/etc/sudoers.d/${name}`, { force: true });
    await setDoasLine(name);
    await patiently(() => run('userdel', ['--force', name])).catch(() => undefined);
  }
}

/** doas has one file only: the lines of others stay. */
async function setDoasLine(name: string, line?: string): Promise<void> {
  const file = '/etc/doas.conf';
  const text = await readFile(file, 'utf8').catch(() => '');
  const others = text.split('\n').filter((other) => other !== '' && !other.split(' ').includes(name));
  const lines = line === undefined ? others : [...others, line];
  if (lines.length === 0) await rm(file, { force: true });
  else await writeFile(file, `${lines.join('\n')}\n`, { mode: 0o600 });
}

function setPassword(name: string, password: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('chpasswd', ['--crypt-method', 'SHA512'], { stdio: ['pipe', 'ignore', 'inherit'] });
    child.on('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`chpasswd: exit code ${code ?? -1}`)),
    );
    child.stdin.end(`${name}:${password}\n`);
  });
}

/** Test files run at the same time, and the tools of the password file do not wait for each other. */
async function patiently(work: () => Promise<unknown>): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      await work();
      return;
    } catch (error) {
      if (attempt === 20) throw error;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}
