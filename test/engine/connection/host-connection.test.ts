import { describe, expect, it } from '@jest/globals';
import { HostConnection } from '../../../src/engine/connection/host-connection.ts';
import type { ExecOptions, Transport } from '../../../src/transports/transport.ts';

/** A host that answers every script with the same text. */
function answering(stdout: string, asked: ExecOptions[] = []): Transport {
  return {
    connect: () =>
      Promise.resolve({
        exec: (_script, options = {}) => {
          asked.push(options);
          return Promise.resolve({ code: 0, stdout, stderr: '' });
        },
        close: () => Promise.resolve(),
      }),
  };
}

describe('HostConnection', () => {
  it('takes 8 MiB of one script', async () => {
    const asked: ExecOptions[] = [];

    await new HostConnection(answering('', asked), {}).exec('true');

    expect(asked).toMatchObject([{ maxOutput: 8 * 1024 * 1024 }]);
  });

  it('asks a host no more that has said 128 MiB in a play', async () => {
    const connection = new HostConnection(answering('x'.repeat(8 * 1024 * 1024)), {});
    for (let execs = 0; execs < 17; execs += 1) await connection.exec('true');

    await expect(connection.exec('true')).rejects.toThrow(
      'the scripts of this play printed more than 128 MiB: no further script runs',
    );
  });

  it('is interrupted by nothing until the last of two works has ended', async () => {
    const asked: ExecOptions[] = [];
    const { signal } = new AbortController();
    const connection = new HostConnection(answering('', asked), { signal });

    await connection.uninterrupted(async () => {
      await connection.uninterrupted(() => Promise.resolve());
      await connection.exec('true');
    });
    await connection.exec('true');

    expect(asked.map((options) => options.signal)).toEqual([undefined, signal]);
  });
});
