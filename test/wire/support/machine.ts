import { mkdir } from 'node:fs/promises';
import { getuid } from 'node:process';
import { needProgram } from '../../support/packages.ts';

/** What the wire tests need of the machine: root, an sshd, sudo, doas. What is missing is installed where that is possible. */
export async function prepareMachine(): Promise<void> {
  if (getuid?.() !== 0)
    throw new Error('the wire tests start sshd and make accounts for it: run them as root');
  await needProgram('/usr/sbin/sshd', 'openssh-server');
  await needProgram('/usr/bin/ssh-keygen', 'openssh-client');
  await needProgram('/usr/bin/sudo', 'sudo');
  await needProgram('/usr/bin/doas', 'opendoas');
  await mkdir('/run/sshd', { recursive: true, mode: 0o755 });
}
