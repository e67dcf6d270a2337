import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const root = join(import.meta.dirname, '..');
const source = join(root, 'src');

/** What each room may import besides itself: rooms, or single files of a room. */
const rooms: Readonly<Record<string, readonly string[]>> = {
  model: [],
  'errors.ts': ['model'],
  facts: ['model', 'errors.ts'],
  backends: ['model', 'errors.ts'],
  transports: ['model', 'errors.ts'],
  inventory: ['model', 'errors.ts'],
  actions: ['model', 'tasks/input.ts', 'tasks/validate-input.ts', 'errors.ts'],
  tasks: ['model', 'facts', 'backends', 'errors.ts'],
  nics: ['model', 'facts', 'tasks/input.ts', 'tasks/input-problem.ts', 'tasks/network-facts.ts', 'errors.ts'],
  engine: ['model', 'errors.ts', 'transports/transport.ts', 'transports/shell-quote.ts'],
  reporters: ['engine/events.ts', 'engine/steps.ts', 'model', 'errors.ts'],
  lab: ['model', 'errors.ts', 'inventory', 'transports'],
  'testing.ts': ['testing'],
  testing: ['engine', 'tasks', 'facts', 'model', 'errors.ts'],
};

/** Where alone a package may be imported. */
const packages: Readonly<Record<string, (file: string) => boolean>> = {
  'node-ssh': (file) => file.startsWith('transports/'),
  ssh2: (file) => file.startsWith('transports/'),
  'js-yaml': (file) => file.startsWith('inventory/') || file === 'backends/netplan.ts',
  yargs: (file) => file.startsWith('cli/'),
  esbuild: (file) => file.startsWith('cli/'),
  'node:process': (file) => /^(cli|transports|engine|lab)\//.test(file) || file === 'inventory/run-script.ts',
};

interface ImportLine {
  readonly file: string;
  readonly target: string;
}

const imports: readonly ImportLine[] = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .flatMap((file) =>
    [...readFileSync(join(source, file), 'utf8').matchAll(/(?:from|import)\s*\(?'([^']+)'/g)].map(
      ([, target = '']) => ({
        file,
        target: target.startsWith('.') ? relative(source, join(source, dirname(file), target)) : target,
      }),
    ),
  );

describe('the rooms of src', () => {
  it('are all looked at', () => {
    expect(imports.length).toBeGreaterThan(100);
  });

  it('import only what they may', () => {
    const breaches = imports.filter(({ file, target }) => {
      const room = file.includes('/') ? file.split('/')[0] : file;
      const allowed = rooms[room ?? ''];
      if (allowed === undefined || !target.includes('.ts')) return false;
      return (
        !target.startsWith(`${room ?? ''}/`) &&
        !allowed.some((place) => target === place || target.startsWith(`${place}/`))
      );
    });

    expect(breaches).toEqual([]);
  });

  it('keep each package in its place', () => {
    const breaches = imports.filter(({ file, target }) => packages[target]?.(file) === false);

    expect(breaches).toEqual([]);
  });

  it('leave cli to itself', () => {
    expect(
      imports.filter(({ file, target }) => !file.startsWith('cli/') && target.startsWith('cli/')),
    ).toEqual([]);
  });
});
