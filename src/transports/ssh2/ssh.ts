import { openSsh } from './open.ts';
import { sshConnection } from './connection.ts';
import type { SshSettings } from './settings.ts';
import { createSshShared, type SshShared } from './shared.ts';
import type { Connection, ConnectOptions, Transport } from '../transport.ts';

/**
 * Reaches a host over SSH. Without `shared`, nothing is shared with other hosts. Settings that have to be found out first
 * are asked for when the first connection is made.
 */
export function sshTransport(
  settings: SshSettings | (() => Promise<SshSettings>),
  shared: SshShared = createSshShared(),
): Transport {
  let found: Promise<SshSettings> | undefined;
  const find = (): Promise<SshSettings> =>
    (found ??= typeof settings === 'function' ? settings() : Promise.resolve(settings));

  return {
    async connect(options: ConnectOptions = {}): Promise<Connection> {
      const known = await find();
      const opened = await openSsh(known, shared, options);
      const { user, name, become, commandTimeout } = known;
      return sshConnection({
        ...opened,
        subject: `${user}@${name}`,
        become: become?.user === user ? undefined : become,
        commandTimeout,
      });
    },
  };
}
