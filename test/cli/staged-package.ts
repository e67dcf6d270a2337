import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');

export interface StagedPackage {
  readonly folder: string;
  /** The program behind `kvmplay`. */
  readonly main: string;
}

/**
 * The package as npm would install it, built from the sources as they are: module hooks do not reach into the VM of jest,
 * so the loader is tested in processes of its own. Under node_modules, so that it finds its dependencies. Test files that
 * run side by side share one build, since it takes as long as all that is done with it.
 */
export function stagePackage(): StagedPackage {
  const folder = join(cache, `${prefix}${hashOfSources()}`);
  mkdirSync(cache, { recursive: true });
  if (isFirst(folder) || !isBuiltInTime(folder)) build(folder);
  return { folder, main: join(folder, 'dist', 'cli', 'main.js') };
}

const cache = join(root, 'node_modules', '.cache');
const prefix = 'kvmplay-test-';

function hashOfSources(): string {
  const hash = createHash('sha256').update(readFileSync(join(root, 'scripts', 'build.mjs')));
  const sources = join(root, 'src');
  for (const file of readdirSync(sources, { recursive: true, encoding: 'utf8' }).sort()) {
    if (file.endsWith('.ts')) hash.update(file).update(readFileSync(join(sources, file)));
  }
  return hash.digest('hex').slice(0, 16);
}

function isFirst(folder: string): boolean {
  try {
    mkdirSync(folder);
    return true;
  } catch {
    return false;
  }
}

/** False when whoever began to build has not come to an end: it was killed, or it never will. */
function isBuiltInTime(folder: string): boolean {
  for (let waits = 0; waits < 600; waits += 1) {
    if (existsSync(join(folder, 'built'))) return true;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
  }
  return false;
}

/** Files of src/ that are no entry of the package and are to be imported as part of it nevertheless. */
const importedByTests = [
  'cli/playbooks/load-playbook.ts',
  'cli/playbooks/check-types.ts',
  'cli/playbooks/type-cache.ts',
  'cli/terminal.ts',
  'reporters/tty.ts',
];

function build(folder: string): void {
  removeOldBuilds();
  copyFileSync(join(root, 'package.json'), join(folder, 'package.json'));
  for (const shipped of ['docs', 'src']) {
    rmSync(join(folder, shipped), { force: true });
    symlinkSync(join(root, shipped), join(folder, shipped));
  }
  // Emits in spite of type errors: those are another check's business.
  const { stderr } = spawnSync(
    process.execPath,
    [join(root, 'scripts', 'build.mjs'), join(folder, 'dist'), ...importedByTests],
    { encoding: 'utf8' },
  );
  if (!existsSync(join(folder, 'dist', 'cli', 'main.js'))) {
    rmSync(folder, { recursive: true, force: true });
    throw new Error(`the package cannot be built: ${stderr}`);
  }
  writeFileSync(join(folder, 'built'), '');
}

function removeOldBuilds(): void {
  const anHourAgo = Date.now() - 3_600_000;
  for (const name of readdirSync(cache).filter((entry) => entry.startsWith(prefix))) {
    const old = join(cache, name);
    if (statSync(old).mtimeMs < anHourAgo) rmSync(old, { recursive: true, force: true });
  }
}

/** A folder of playbooks far from any package.json; files by name. */
export function playbookFolder(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'kvmplay-playbooks-'));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface RunProgram {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Called with all of stdout so far. */
  readonly onStdout?: (text: string, kill: (signal: NodeJS.Signals) => void) => void;
}

/** Runs a program to its end. */
export function runProgram(argv: readonly string[], { cwd, env = {}, onStdout }: RunProgram): Promise<Ended> {
  const [program = '', ...args] = argv;
  return new Promise((resolve, reject) => {
    // What is recorded and remembered of runs is not to mix with that of whoever runs the tests.
    const usual = {
      NODE_OPTIONS: '',
      // `#!/usr/bin/env node` is the one that runs the tests.
      PATH: `${dirname(process.execPath)}${delimiter}${process.env['PATH'] ?? ''}`,
      XDG_STATE_HOME: join(cwd, '.state'),
      XDG_CACHE_HOME: join(cwd, '.cache'),
    };
    const child = spawn(program, args, { cwd, env: { ...process.env, ...usual, ...env } });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      onStdout?.(stdout, (signal) => child.kill(signal));
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}
