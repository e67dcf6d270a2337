import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it, jest } from '@jest/globals';
import { stagePackage } from './cli/staged-package.ts';

// The package is built here, and a busy machine takes its time.
jest.setTimeout(60_000);

const staged = stagePackage();

/** Packages whose types the declarations reach from one file. */
function packagesBehind(file: string, seen = new Set<string>()): readonly string[] {
  if (seen.has(file)) return [];
  seen.add(file);
  const text = readFileSync(file, 'utf8');
  const targets = [...text.matchAll(/(?:from|import\()\s*'([^']+)'/g)].map(([, target = '']) => target);
  return targets.flatMap((target) =>
    target.startsWith('.')
      ? packagesBehind(join(dirname(file), target.replace(/ts$/, 'd.ts')), seen)
      : [target],
  );
}

describe('the types of kvmplay', () => {
  // Others may be missing where kvmplay is installed, and those of Node take longer to read than all the rest.
  it.each(['index', 'testing', 'lab/index'])('need no package but zod and p-limit in %s', (entry) => {
    const packages = packagesBehind(join(staged.folder, 'dist', `${entry}.d.ts`));

    if (entry === 'index') expect(packages).toContain('zod');
    expect(packages.filter((name) => !['p-limit', 'zod'].includes(name))).toEqual([]);
  });
});
