// Times kvmplay against plain ssh on hosts that it makes on this machine: see docs/performance.md. Everything happens in
// namespaces of its own, which end with the bench, however it ends.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';

const commandsByPackage = {
  'openssh-server': ['sshd'],
  'openssh-client': ['ssh', 'ssh-keygen'],
  iproute2: ['ip'],
  'util-linux': ['unshare', 'nsenter', 'mount'],
  findutils: ['xargs'],
  bash: ['bash'],
};

const root = join(import.meta.dirname, '..');
process.env.PATH = `${process.env.PATH}:/usr/sbin:/sbin`;
requireRoot();
installMissing();
mustRun('npm', ['run', '--silent', 'build']);

const folder = mkdtempSync(join(tmpdir(), 'kvmplay-bench-'));
process.exitCode = 1;
try {
  const script = join(folder, 'bench.mjs');
  await build({
    entryPoints: [join(root, 'bench/main.ts')],
    outfile: script,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    sourcemap: 'inline',
  });
  process.exitCode = await runApart([
    process.execPath,
    '--enable-source-maps',
    script,
    ...process.argv.slice(2),
  ]);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** In its own network, mounts and processes. The shell is there to reap what daemons leave behind. */
function runApart(command) {
  const namespaces = ['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];
  const bench = spawn('unshare', [...namespaces, 'sh', '-c', '"$@"; exit $?', 'sh', ...command], {
    stdio: 'inherit',
    env: { ...process.env, BENCH_FOLDER: folder, BENCH_ROOT: root },
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => bench.kill('SIGKILL'));
  return new Promise((resolve, reject) => {
    bench.on('error', reject);
    bench.on('exit', (code) => resolve(code ?? 130));
  });
}

function requireRoot() {
  if (process.platform === 'linux' && process.getuid() === 0) return;
  console.error('the bench makes network namespaces, which needs Linux and root');
  process.exit(1);
}

function installMissing() {
  const missing = missingPackages();
  if (missing.length === 0) return;
  console.error(`installing ${missing.join(', ')}`);
  // A package must not start a daemon on this machine.
  const policy = '/usr/sbin/policy-rc.d';
  const isOurs = !existsSync(policy);
  if (isOurs) writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    mustRun('apt-get', ['-qq', 'update']);
    mustRun('apt-get', ['-qq', 'install', '-y', '--no-install-recommends', ...missing]);
  } finally {
    if (isOurs) rmSync(policy);
  }
}

function missingPackages() {
  const folders = process.env.PATH.split(':');
  const isThere = (command) => folders.some((folder) => existsSync(join(folder, command)));
  return Object.entries(commandsByPackage)
    .filter(([, commands]) => !commands.every(isThere))
    .map(([name]) => name);
}

function mustRun(command, args) {
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  if (status === 0) return;
  console.error(error?.message ?? `${command} ${args.join(' ')} ended with ${status}`);
  process.exit(1);
}
