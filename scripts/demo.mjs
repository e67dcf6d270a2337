// The demo of the README: three hosts with kernels of their own, the fleet layout rolled out twice, looked at, and gone.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folder = mkdtempSync(join(tmpdir(), 'kvmplay-demo-'));
const lab = join(folder, 'lab');
const inventory = join(lab, 'inventory.yml');

if (!existsSync('node_modules')) quietly('npm', ['ci']);
quietly('npm', ['run', 'build']);

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

function quietly(command, args) {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}\n${stdout}${stderr}`);
}
