import { existsSync } from 'node:fs';
import { env } from 'node:process';
import { needProgram } from './packages.ts';

/** The shells of hosts are tested as far as they are there: where this may install the one that no Debian has, it does. */
export default async function setUp(): Promise<void> {
  // Compilers that tests start live for a second: a quarter of their work is to collect garbage.
  env['GOGC'] ??= 'off';
  const mayInstall = process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
  if (mayInstall) await needProgram('/usr/bin/busybox', 'busybox');
}
