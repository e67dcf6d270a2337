import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { rooms } from './support/rooms.ts';

const root = join(import.meta.dirname, '..');
const source = join(root, 'src');

/** Where alone a package may be imported. */
const packages: Readonly<Record<string, (file: string) => boolean>> = {
  'node-ssh': (file) => file.startsWith('transports/'),
  ssh2: (file) => file.startsWith('transports/'),
  'js-yaml': (file) => file.startsWith('inventory/') || file.startsWith('backends/netplan/'),
  yargs: (file) => file.startsWith('cli/'),
  esbuild: (file) => file.startsWith('cli/'),
  'node:process': (file) => /^(cli|transports|engine|lab)\//.test(file) || file === 'inventory/run-script.ts',
};

interface ImportLine {
  readonly file: string;
  readonly target: string;
  readonly isType: boolean;
}

const imports: readonly ImportLine[] = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .flatMap((file) =>
    [
      ...readFileSync(join(source, file), 'utf8').matchAll(
        /(?:^(?:import|export) (type )?[^'";]*?from |import\s*\(?)'([^']+)'/gm,
      ),
    ].map(([, type, target = '']) => ({
      file,
      target: target.startsWith('.') ? relative(source, join(source, dirname(file), target)) : target,
      isType: type !== undefined,
    })),
  );

/** The longest listed name that a file begins with. */
function roomOf(file: string): string | undefined {
  const names = Object.keys(rooms).filter((name) => file === name || file.startsWith(`${name}/`));
  return names.sort((one, other) => other.length - one.length)[0];
}

/** A place of the list above, which may be one for types alone. */
function isIn({ target, isType }: ImportLine, place: string): boolean {
  const name = place.replace(/^type /, '');
  if (name !== place && !isType) return false;
  return target === name || target.startsWith(`${name}/`);
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
    const breaches = imports.filter((line) => {
      const { file, target } = line;
      if (!target.endsWith('.ts')) return false;
      const room = roomOf(file) ?? '';
      const allowed = rooms[room] ?? [];
      const isOwn = roomOf(target) === room;
      return !isOwn && !allowed.some((place) => place === '*' || isIn(line, place));
    });

    expect(breaches).toEqual([]);
  });

  it('keep the engine from what knows networks', () => {
    const known = imports
      .filter(({ file }) => file.startsWith('engine/'))
      .map(({ target }) => target)
      .filter((target) =>
        /^(changes|facts|tasks|backends|model\/(kernel|link|ip|bond|sysctl|config))/.test(target),
      );

    expect(known).toEqual([]);
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
