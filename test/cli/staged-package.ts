import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');

export interface StagedPackage {
  readonly folder: string;
  /** The program behind `kvmplay`. */
  readonly main: string;
  readonly remove: () => void;
}

/**
 * The package as npm would install it, built from the sources as they are: module hooks do not reach into the VM of jest,
 * so the loader is tested in processes of its own. Under node_modules, so that it finds its dependencies.
 */
export function stagePackage(): StagedPackage {
  const cache = join(root, 'node_modules', '.cache');
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'kvmplay-test-'));
  copyFileSync(join(root, 'package.json'), join(folder, 'package.json'));
  symlinkSync(join(root, 'docs'), join(folder, 'docs'));
  const compiler = join(root, 'node_modules', '.bin', 'tsc');
  // Emits in spite of type errors: those are another check's business.
  spawnSync(compiler, ['-p', join(root, 'tsconfig.build.json'), '--outDir', join(folder, 'dist')]);
  const main = join(folder, 'dist', 'cli', 'main.js');
  if (!existsSync(main)) throw new Error('the package was not built');
  chmodSync(main, 0o755);
  return { folder, main, remove: () => rmSync(folder, { recursive: true, force: true }) };
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
    const child = spawn(program, args, { cwd, env: { ...process.env, NODE_OPTIONS: '', ...env } });
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
