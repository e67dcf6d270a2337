import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const root = join(import.meta.dirname, '..');
const source = join(root, 'src');

/**
 * What each room may import besides itself: rooms, or single files of a room. A file belongs to the longest name here that
 * it begins with, so a room inside a room has rules of its own.
 */
const rooms: Readonly<Record<string, readonly string[]>> = {
  model: [],
  'errors.ts': ['model'],
  facts: ['model', 'errors.ts'],
  backends: ['model', 'errors.ts'],
  transports: ['model', 'errors.ts'],
  inventory: ['model', 'errors.ts', 'transports'],
  actions: ['model', 'tasks/input', 'errors.ts'],
  tasks: ['model', 'facts', 'backends', 'errors.ts'],
  nics: ['model', 'facts', 'tasks/input', 'tasks/network/network-facts.ts', 'errors.ts'],
  engine: ['model', 'errors.ts', 'transports/transport.ts'],
  'engine/connection': ['engine', 'model', 'errors.ts', 'transports/transport.ts'],
  'engine/transaction': ['engine', 'engine/connection', 'model', 'errors.ts', 'transports/transport.ts'],
  'engine/session': [
    'engine',
    'engine/connection',
    'engine/transaction',
    'model',
    'errors.ts',
    'transports/transport.ts',
  ],
  'engine/fleet': [
    'engine',
    'engine/session',
    'engine/transaction/probes.ts',
    'model',
    'errors.ts',
    'transports/transport.ts',
  ],
  'engine/fold': ['engine', 'model'],
  reporters: ['engine/events.ts', 'engine/fold', 'engine/transaction/commands.ts', 'model', 'errors.ts'],
  lab: ['model', 'errors.ts', 'inventory', 'transports'],
  testing: ['engine', 'tasks', 'facts', 'model', 'errors.ts'],
  'testing.ts': ['testing'],
  'index.ts': ['*'],
  'run.ts': ['*'],
  'plan.ts': ['*'],
  'forecaster.ts': ['engine', 'facts', 'model'],
  'config.ts': ['*'],
  'config-options.ts': ['*'],
  cli: ['*'],
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

/** The longest listed name that a file begins with. */
function roomOf(file: string): string | undefined {
  const names = Object.keys(rooms).filter((name) => file === name || file.startsWith(`${name}/`));
  return names.sort((one, other) => other.length - one.length)[0];
}

function isIn(target: string, place: string): boolean {
  return target === place || target.startsWith(`${place}/`);
}

describe('the rooms of src', () => {
  it('are all looked at', () => {
    expect(imports.length).toBeGreaterThan(100);
  });

  it('are all listed', () => {
    const unlisted = new Set(
      imports.filter(({ file }) => roomOf(file) === undefined).map(({ file }) => file),
    );

    expect([...unlisted]).toEqual([]);
  });

  it('import only what they may', () => {
    const breaches = imports.filter(({ file, target }) => {
      if (!target.endsWith('.ts')) return false;
      const room = roomOf(file) ?? '';
      const allowed = rooms[room] ?? [];
      const isOwn = roomOf(target) === room;
      return !isOwn && !allowed.some((place) => place === '*' || isIn(target, place));
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
