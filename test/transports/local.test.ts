import { userInfo } from 'node:os';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { localTransport, type Connection } from '../../src/transports/index.ts';

const subject = `${userInfo().username}@localhost (local)`;
let connection: Connection;

beforeEach(async () => {
  connection = await localTransport().connect();
});

afterEach(() => connection.close());

describe('the local transport', () => {
  it('returns exit code, stdout and stderr to the byte', async () => {
    const result = await connection.exec('echo " ä "; printf "err\\n\\n" >&2; exit 3');

    expect(result).toEqual({ code: 3, stdout: ' ä \n', stderr: 'err\n\n' });
  });

  it('runs a script that reads standard input without losing the rest of it', async () => {
    const result = await connection.exec('cat\nread line\necho "rest: $line"');

    expect(result.stdout).toBe('rest: \n');
  });

  it.each([
    ['is empty', '', { code: 0, stdout: '', stderr: '' }],
    ['is a comment', '# nothing', { code: 0, stdout: '', stderr: '' }],
    ['ends in a comment', 'echo a # b', { code: 0, stdout: 'a\n', stderr: '' }],
    ['ends in a here-document', 'cat <<E\na\nE', { code: 0, stdout: 'a\n', stderr: '' }],
    ['stops at the first error', 'set -eu\nfalse\necho no', { code: 1, stdout: '', stderr: '' }],
    ['leaves traps behind', 'trap "echo bye" EXIT; exit 4', { code: 4, stdout: 'bye\n', stderr: '' }],
    ['ends by a signal', 'kill -KILL $$', { code: 137, stdout: '', stderr: '' }],
  ])('runs a script that %s', async (_what, script, result) => {
    expect(await connection.exec(script)).toEqual(result);
  });

  it('runs a script of 22,000 commands', async () => {
    const result = await connection.exec(`n=0\n${'n=$((n+1))\n'.repeat(22_000)}echo $n`);

    expect(result.stdout).toBe('22000\n');
  });

  it('puts the tools of administrators last in the PATH', async () => {
    const result = await connection.exec('echo "$PATH"');

    expect(result.stdout).toMatch(/:\/usr\/local\/sbin:\/usr\/sbin:\/sbin\n$/);
  });

  it('gives up a script after its time, and ends what it started', async () => {
    const running = connection.exec('sleep 20.5 & sleep 20.5', { timeout: 100 });

    await expect(running).rejects.toMatchObject({
      name: 'CommandTimeoutError',
      message: `a script on ${subject} did not end within 100 ms`,
    });
    const left = await connection.exec("ps -e -o args | grep -c '[s]leep 20.5'");
    expect(left.stdout).toBe('0\n');
  });

  it('gives up a script when the run is cancelled', async () => {
    const controller = new AbortController();

    const running = connection.exec('sleep 20', { signal: controller.signal });
    setTimeout(() => controller.abort(), 100);

    await expect(running).rejects.toMatchObject({ name: 'CancelledError' });
  });

  it('starts nothing for a run that was cancelled before', async () => {
    const signal = AbortSignal.abort();

    await expect(connection.exec('true', { signal })).rejects.toMatchObject({ name: 'CancelledError' });
    await expect(localTransport().connect({ signal })).rejects.toMatchObject({ name: 'CancelledError' });
  });

  it('ends its scripts when it is closed, and runs no more', async () => {
    const running = connection.exec('sleep 20');
    setTimeout(() => void connection.close(), 100);

    await expect(running).rejects.toMatchObject({ name: 'ConnectionLostError' });
    await expect(connection.exec('true')).rejects.toMatchObject({
      name: 'ConnectionLostError',
      message: `the connection to ${subject} is closed`,
    });
  });
});
