import { spawn } from 'node:child_process';

import { UnreachableError } from '../errors.ts';
import { StreamSocket } from './stream-socket.ts';

const mostStderr = 4096;

/** Starts a command of the shell whose standard input and output lead to a host. */
export function startProxyCommand(command: string, subject: string): StreamSocket {
  const child = spawn('/bin/sh', ['-c', `exec ${command}`], { stdio: 'pipe' });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-mostStderr)));
  const socket = new StreamSocket({
    readable: child.stdout,
    writable: child.stdin,
    end: () => void child.kill('SIGHUP'),
  });
  const onEnd = (how: string): void => {
    const reason = said.trim().split('\n').at(-1)?.trim();
    socket.destroy(
      new UnreachableError(`the ProxyCommand of ${subject} ends: ${reason === '' || !reason ? how : reason}`),
    );
  };
  child.once('error', (error) => onEnd(error.message));
  child.once('close', (code, signal) => onEnd(signal ?? `exit code ${code ?? 0}`));
  return socket;
}
