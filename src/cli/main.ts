#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { keepCompiledCode } from './code-cache.ts';

const argv = process.argv.slice(2);
// A closed pipe (`kvmplay --version | true`) must not crash the program.
process.stdout.on('error', () => undefined);
// Scripts ask this often, so it is answered before anything else is loaded.
if (argv.length === 1 && argv[0] === '--version') {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  process.stdout.write(`${version}\n`);
} else {
  keepCompiledCode(process.env);
  if (argv[0] === 'complete') {
    const { runCompleteProcess } = await import('./completion/process.ts');
    await runCompleteProcess(argv.slice(1));
    process.stdout.write('', () => process.exit(0));
  } else {
    const { runProcess } = await import('./process.ts');
    await runProcess(argv);
  }
}
