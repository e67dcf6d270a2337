import { homedir } from 'node:os';
import { join } from 'node:path';

import { createKeyRing, type KeyRing, type KeyRingOptions } from '../login/authentication.ts';
import { createBastions, type Bastions } from './bastions.ts';
import { createHandshakes, type Handshakes } from '../handshakes.ts';
import { openKnownHosts, type KnownHostsStore } from '../host-keys/known-hosts-store.ts';
import { openSsh } from './open.ts';
import { createSshConfigs, type SshConfigs, type SshConfigsOptions } from '../ssh-config/ssh-configs.ts';

/** The state that the hosts of a run share. */
export interface SshShared {
  readonly handshakes: Handshakes;
  readonly keyRing: KeyRing;
  /** The host keys on record: those of a host's own files, or the run's. */
  readonly knownHosts: (files: readonly string[] | undefined) => KnownHostsStore;
  /** @internal */
  readonly bastions: Bastions;
  readonly configs: SshConfigs;
  readonly random: () => number;
}

export interface SshSharedOptions extends KeyRingOptions, SshConfigsOptions {
  /** For hosts of which neither inventory nor ssh_config says it. The first one is where new keys go; default: the user's and the system's. */
  readonly knownHostsFiles?: readonly string[] | undefined;
  /** Between 0 and 1. */
  readonly random?: (() => number) | undefined;
}

export function createSshShared(options: SshSharedOptions = {}): SshShared {
  const { knownHostsFiles, random = Math.random, home = homedir() } = options;
  const usual = knownHostsFiles ?? [
    join(home, '.ssh', 'known_hosts'),
    join(home, '.ssh', 'known_hosts2'),
    '/etc/ssh/ssh_known_hosts',
    '/etc/ssh/ssh_known_hosts2',
  ];
  const stores = new Map<string, KnownHostsStore>();
  const shared: SshShared = {
    handshakes: createHandshakes(),
    keyRing: createKeyRing(options),
    knownHosts: (files = usual) => {
      const key = files.join('\n');
      const store = stores.get(key) ?? openKnownHosts(files.filter((file) => file !== '/dev/null'));
      stores.set(key, store);
      return store;
    },
    bastions: createBastions((settings, signal) => openSsh(settings, shared, { signal })),
    configs: createSshConfigs(options),
    random,
  };
  return shared;
}
