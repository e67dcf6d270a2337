import { existsSync } from 'node:fs';
import { needProgram } from './packages.ts';

/** The shells of hosts are tested as far as they are there: where this may install the one that no Debian has, it does. */
export default async function setUp(): Promise<void> {
  const mayInstall = process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
  if (mayInstall) await needProgram('/usr/bin/busybox', 'busybox');
}
