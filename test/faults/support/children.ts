import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import type { Lab } from '../../../src/lab/index.ts';
import type { Layout } from './layouts.ts';

/** Controllers in processes of their own, bundled once, since they are there to be killed. */
export class Controllers {
  readonly #lab: Lab;
  readonly #folder: string;

  constructor(lab: Lab) {
    const cache = join('node_modules', '.cache');
    mkdirSync(cache, { recursive: true });
    this.#lab = lab;
    this.#folder = mkdtempSync(join(cache, 'kvmplay-controller-'));
    buildSync({
      entryPoints: ['test/faults/support/controller.ts'],
      outfile: this.#program(),
      bundle: true,
      packages: 'external',
      platform: 'node',
      format: 'esm',
      target: 'node20.19',
      logLevel: 'warning',
    });
  }

  /** Starts one; resolves when it begins its run. */
  async start(layout: Layout, options: ControllerOptions): Promise<Controller> {
    const { way = 'there', confirmTimeout, dies = '' } = options;
    const inventory = layout.overEno3 ? this.#lab.inventoryOverEno3File : this.#lab.inventoryFile;
    const words = [inventory, this.#lab.knownHostsFile, layout.id, way, String(confirmTimeout), dies];
    const child = spawn(process.execPath, [this.#program(), ...words], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const controller = new Controller(child);
    await controller.begun;
    return controller;
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #program(): string {
    return join(this.#folder, 'controller.mjs');
  }
}

export interface ControllerOptions {
  /** Makes the change, or takes it back. */
  readonly way?: 'there' | 'back';
  /** Seconds. */
  readonly confirmTimeout: number;
  /** The phase that it kills itself in. */
  readonly dies?: string;
}

export class Controller {
  readonly begun: Promise<void>;
  /** `changed`, `failed` and why, or the signal that ended it. */
  readonly ended: Promise<string>;
  readonly #child: ChildProcess;

  constructor(child: ChildProcess) {
    this.#child = child;
    let printed = '';
    this.begun = new Promise((resolve, reject) => {
      child.stdout?.setEncoding('utf8').on('data', (text: string) => {
        printed += text;
        if (printed.startsWith('go\n')) resolve();
      });
      child.once('close', () => reject(new Error('the controller ended before it began')));
    });
    this.ended = new Promise((resolve) => {
      child.once('close', (_, signal) => resolve(signal ?? printed.replace(/^go\n/, '').trim()));
    });
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }
}
