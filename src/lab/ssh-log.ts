import { open } from 'node:fs/promises';

/** What a host's sshd was asked to do. */
export interface SshActivity {
  /** TCP connections that reached sshd. */
  readonly connections: number;
  /** Connections that logged in. */
  readonly logins: number;
  /** Commands, shells and subsystems started. */
  readonly execs: number;
}

/** A place in the log of a host's sshd. */
export type SshMark = number;

/** Where the log ends now. */
export async function markOf(file: string): Promise<SshMark> {
  const handle = await open(file);
  try {
    return (await handle.stat()).size;
  } finally {
    await handle.close();
  }
}

/** What happened since a mark. */
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
      // Not "Accepted key ... found at", which is said once or twice before.
      logins: count(/^Accepted \S+ for /),
      execs: count(/^Starting session: /),
    };
  } finally {
    await handle.close();
  }
}
