import type { InventoryHost } from '../model/inventory.ts';
import type { Secret } from './become.ts';
import { connectionSettings, type ConnectionDefaults } from './connection-settings.ts';
import { localTransport } from './local.ts';
import { createSshShared, sshTransport, type SshSharedOptions } from './ssh.ts';
import type { Transport } from './transport.ts';

/** How the hosts of a run are reached, where the inventory does not say it, and what they share. */
export interface TransportDefaults extends ConnectionDefaults, SshSharedOptions {}

/**
 * How to reach each host of a run. The hosts share what one run should do once: reading keys and known_hosts, asking for a
 * passphrase, counting the handshakes that run against one sshd. Throws InventoryError for a host whose variables make no sense.
 */
export function createTransports(defaults: TransportDefaults = {}): (host: InventoryHost) => Transport {
  const shared = createSshShared(defaults);
  const asked = { ...defaults, ...onceEach(defaults) };
  return (host) => {
    const settings = connectionSettings(host, asked);
    return settings.connection === 'local' ? localTransport(settings) : sshTransport(settings, shared);
  };
}

function onceEach({
  password,
  becomePassword,
}: TransportDefaults): Pick<TransportDefaults, 'password' | 'becomePassword'> {
  return {
    ...(password === undefined ? {} : { password: once(password) }),
    ...(becomePassword === undefined ? {} : { becomePassword: once(becomePassword) }),
  };
}

function once(secret: Secret): Secret {
  let answer: Promise<string> | undefined;
  return () => (answer ??= secret());
}
