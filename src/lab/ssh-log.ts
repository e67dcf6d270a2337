import { open } from 'node:fs/promises';

/** Requests to a host's sshd. */
export interface SshActivity {
  /** TCP connections that reached sshd. */
  readonly connections: number;
  /** Connections that logged in. */
  readonly logins: number;
  /** Commands, shells and subsystems started. */
  readonly execs: number;
}

/** A position in the log of a host's sshd, in bytes. */
export type SshMark = number;

/** Marks the present end of the log. */
export async function markOf(file: string): Promise<SshMark> {
  const handle = await open(file);
  try {
    return (await handle.stat()).size;
  } finally {
    await handle.close();
  }
}

/** Counts the requests since a mark. */
export async function activitySince(file: string, mark: SshMark): Promise<SshActivity> {
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(Math.max(size - mark, 0)), {
      position: mark,
    });
    const lines = buffer.toString('utf8', 0, bytesRead).split('\n');
    const count = (pattern: RegExp): number => lines.filter((line) => pattern.test(line)).length;
    return {
      connections: count(/^Connection from /),
      // "Accepted key ... found at" comes once or twice before and is no login.
      logins: count(/^Accepted \S+ for /),
      execs: count(/^Starting session: /),
    };
  } finally {
    await handle.close();
  }
}
