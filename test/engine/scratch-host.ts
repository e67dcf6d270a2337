import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { localTransport } from '../../src/transports/local.ts';
import type { Transport } from '../../src/transports/transport.ts';

/** Folders of a host that its scripts write to. */
const moved = /(?<![\w.])\/(run\/kvmplay|run\/systemd|var\/lib\/kvmplay|proc\/sys|etc)(?=\/|\b)/g;

/** A host whose scripts really run on this machine, with its files in a scratch folder. */
export interface ScratchHost {
  readonly folder: string;
  readonly transport: Transport;
  /** Scripts that it ran, in order. */
  readonly scripts: readonly string[];
  /** Writes a file; `path` is that on the host. */
  write(path: string, content: string): void;
  remove(): void;
}

export function scratchHost(): ScratchHost {
  const folder = mkdtempSync(join(tmpdir(), 'kvmplay-host-'));
  const local = localTransport();
  const scripts: string[] = [];
  return {
    folder,
    scripts,
    transport: {
      connect: async (options) => {
        const connection = await local.connect(options);
        return {
          exec: (script, execOptions) => {
            scripts.push(script);
            return connection.exec(script.replaceAll(moved, `${folder}/$1`), execOptions);
          },
          close: () => connection.close(),
        };
      },
    },
    write: (path, content) => {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
