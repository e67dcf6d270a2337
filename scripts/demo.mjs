// The demo of the README: boots three lab hosts, applies the fleet layout twice, shows the result, removes the lab.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folder = mkdtempSync(join(tmpdir(), 'kvmplay-demo-'));
const lab = join(folder, 'lab');
const inventory = join(lab, 'inventory.yml');

if (!existsSync('node_modules')) await quietly('installs the packages that kvmplay needs', 'npm', ['ci']);
await quietly('builds kvmplay', 'npm', ['run', 'build']);

let failed = false;
try {
  show('lab', 'up', '-n', '3', '--directory', lab);
  show('run', 'playbooks/bond6.ts', '-i', inventory, '--check', '--diff', '--limit', 'kvm1');
  show('run', 'playbooks/bond6.ts', '-i', inventory);
  show('run', 'playbooks/bond6.ts', '-i', inventory);
  show('show', '-i', inventory, 'kvm1');
} catch (error) {
  failed = true;
  console.error(error.message);
} finally {
  spawnSync(process.execPath, ['dist/cli/main.js', 'lab', 'down', '--directory', lab], { stdio: 'inherit' });
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = failed ? 1 : 0;

function show(...words) {
  console.log(`\n$ kvmplay ${words.join(' ').replaceAll(folder, '.')}`);
  const { status } = spawnSync(process.execPath, ['dist/cli/main.js', ...words], { stdio: 'inherit' });
  if (status !== 0) throw new Error(`kvmplay ${words[0]} ended with ${status}`);
}

/** Says what it waits for, and the seconds when it is there; a terminal sees them pass. */
async function quietly(purpose, command, args) {
  const begun = Date.now();
  const line = () => `${command} ${args.join(' ')} ${purpose}: ${Math.round((Date.now() - begun) / 1000)} s`;
  const { isTTY } = process.stdout;
  if (!isTTY) console.log(`${command} ${args.join(' ')} ${purpose}`);
  const clock = isTTY ? setInterval(() => process.stdout.write(`\r${line()}`), 500) : undefined;
  const child = spawn(command, args);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const [status] = await once(child, 'close');
  clearInterval(clock);
  console.log(isTTY ? `\r${line()}` : line());
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}\n${output}`);
}
