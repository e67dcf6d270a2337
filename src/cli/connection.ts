import type { TransportDefaults } from '../transports/index.ts';
import type { OptionValues } from './command-line.ts';
import type { CliIo } from './io.ts';
import { resolvePath } from './paths.ts';
import { readSecret } from './secrets.ts';
import type { connectionOptions } from './shared-options.ts';

type ConnectionOptionValues = OptionValues<typeof connectionOptions>;

/** How hosts are reached where the inventory does not say it. Passwords are asked for now, before a host waits for one. */
export async function transportDefaults(
  options: ConnectionOptionValues,
  io: CliIo,
): Promise<TransportDefaults> {
  const password = await readSecret(
    { ask: options['ask-pass'], prompt: 'SSH password: ', file: options['connection-password-file'] },
    io,
  );
  const becomePassword = await readSecret(
    { ask: options['ask-become-pass'], prompt: 'become password: ', file: options['become-password-file'] },
    io,
  );
  for (const secret of [password, becomePassword]) io.secrets.add(secret ?? '');
  const {
    connection,
    user,
    'private-key': key,
    'become-user': becomeUser,
    'become-method': becomeMethod,
    'ssh-config': sshConfig,
  } = options;
  return {
    become: options.become,
    ...(options['host-key-checking'] !== undefined && { hostKeyChecking: options['host-key-checking'] }),
    ...(options['connect-retries'] !== undefined && { connectRetries: options['connect-retries'] }),
    ...(sshConfig !== undefined && {
      sshConfigFile: sshConfig === 'none' ? sshConfig : resolvePath(sshConfig, io.cwd),
    }),
    // Without a terminal nobody is asked: what needs an answer says so.
    ...(io.isInteractive && { askSecret: io.askSecret }),
    ...(connection !== undefined && { connection }),
    ...(user !== undefined && { user }),
    ...(becomeUser !== undefined && { becomeUser }),
    ...(becomeMethod !== undefined && { becomeMethod }),
    ...(key !== undefined && { privateKeyFile: resolvePath(key, io.cwd) }),
    ...(password !== undefined && { password: () => Promise.resolve(password) }),
    ...(becomePassword !== undefined && { becomePassword: () => Promise.resolve(becomePassword) }),
  };
}
