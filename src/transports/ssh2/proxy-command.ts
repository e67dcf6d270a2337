import { spawn } from 'node:child_process';

import { UnreachableError } from '../../errors.ts';
import { StreamSocket } from './stream-socket.ts';

const mostStderr = 4096;

/** Starts a command of the shell whose standard input and output lead to a host. */
export function startProxyCommand(command: string, subject: string): StreamSocket {
  // A group of its own: an interrupt typed at the terminal is for kvmplay alone.
  const child = spawn('/bin/sh', ['-c', `exec ${command}`], { stdio: 'pipe', detached: true });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-mostStderr)));
  const reasonFor = (how: string): Error => {
    const last = said.trim().split('\n').at(-1)?.trim() ?? '';
    return new UnreachableError(`the ProxyCommand of ${subject} ends: ${last === '' ? how : last}`);
  };
  return new StreamSocket({
    readable: child.stdout,
    writable: child.stdin,
    onEnd(listener) {
      child.once('error', (error) => listener(reasonFor(error.message)));
      // Not when its output ends: what it says last comes after that.
      child.once('close', (code, signal) => listener(reasonFor(signal ?? `exit code ${code ?? 0}`)));
    },
    close() {
      child.kill('SIGHUP');
      // A child of its own may keep them open.
      for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
      child.unref();
    },
  });
}
