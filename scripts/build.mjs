// Builds the package into dist/, or into the folder that is named, with further files of src/ that tests import: declarations
// by the compiler, and the code as few files, because each of some hundred small modules costs every start a fraction of a
// millisecond. Modules that ask where they lie are one folder below src/; their code comes to lie one folder below dist/.
import { spawnSync } from 'node:child_process';
import { chmodSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..');
const [outdir = join(root, 'dist'), ...more] = process.argv.slice(2);

rmSync(outdir, { recursive: true, force: true });
const compiler = join(root, 'node_modules', '.bin', 'tsc');
const { status } = spawnSync(
  compiler,
  ['-p', join(root, 'tsconfig.build.json'), '--emitDeclarationOnly', '--outDir', outdir],
  { stdio: 'inherit' },
);
await build({
  entryPoints: [
    'index.ts',
    'testing.ts',
    'lab/index.ts',
    'cli/main.ts',
    'cli/playbook-hooks.ts',
    ...more,
  ].map((file) => join(root, 'src', file)),
  outbase: join(root, 'src'),
  outdir,
  chunkNames: 'parts/[name]-[hash]',
  bundle: true,
  splitting: true,
  // Classes are known by their names.
  keepNames: true,
  packages: 'external',
  platform: 'node',
  format: 'esm',
  target: 'node20.19',
  sourcemap: true,
  sourcesContent: false,
  logLevel: 'warning',
});
chmodSync(join(outdir, 'cli', 'main.js'), 0o755);
process.exitCode = status ?? 1;
