import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildSync } from 'esbuild';

// Node 20 does not run TypeScript: `node scripts/run.js scripts/NAME.ts ARGS` bundles a script of ours, and runs it.
const [script = '', ...args] = process.argv.slice(2);
const cache = join('node_modules', '.cache');
mkdirSync(cache, { recursive: true });
const folder = mkdtempSync(join(cache, 'kvmplay-script-'));
const outfile = join(folder, `${basename(script, '.ts')}.mjs`);
try {
  buildSync({
    entryPoints: [script],
    outfile,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    sourcemap: 'inline',
    logLevel: 'warning',
  });
  process.setSourceMapsEnabled(true);
  const { main } = await import(pathToFileURL(outfile).href);
  process.exitCode = await main(args);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
