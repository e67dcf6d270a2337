import type { InventoryHost } from '../model/inventory.ts';
import type { AskSecret } from './login/authentication.ts';
import type { Secret } from './login/become.ts';
import { connectionSettings, type ConnectionDefaults } from './connection-settings.ts';
import { localTransport } from './local.ts';
import { openMaster } from './openssh/open.ts';
import { createOpenSshBastions } from './openssh/bastions.ts';
import { openSshTransport, type OpenSshShared } from './openssh/openssh.ts';
import { asksForPassword } from './login/password-question.ts';
import { resolveSsh } from './ssh-config/resolve-ssh.ts';
import { createSshShared, type SshSharedOptions } from './ssh2/shared.ts';
import { sshTransport } from './ssh2/ssh.ts';
import type { Transport } from './transport.ts';

/** Connection settings for hosts whose inventory has none, and the state that the hosts of a run share. */
export interface TransportDefaults extends ConnectionDefaults, SshSharedOptions {
  /** Shows a person an instruction of one line, such as to touch a security key. */
  readonly tellPerson?: ((message: string) => void) | undefined;
}

/** Returns the transport of each host of a run. Throws InventoryError for a host with wrong variables. */
export interface Transports {
  (host: InventoryHost): Transport;
  /** Ends shared connections, such as those to bastions. A host that connects later opens new ones. */
  close(): Promise<void>;
}

/**
 * The transports of a run. Its hosts share what one run should do once: reading keys and known_hosts, asking for a
 * passphrase, counting the handshakes that run against one sshd.
 */
export function createTransports(defaults: TransportDefaults = {}): Transports {
  const { askSecret, agentSocket, knownHostsFiles, sshConfigFile } = defaults;
  const askOnce = askSecret && onceForEachSecret(askSecret);
  const shared = createSshShared({ ...defaults, askSecret: askOnce });
  const { handshakes, random, configs } = shared;
  const sharedByPrograms: OpenSshShared = {
    handshakes,
    bastions: createOpenSshBastions({
      configs,
      open: (bastion, signal) => openMaster(bastion, sharedByPrograms, { signal }),
    }),
    random,
    askSecret: askOnce,
    tellPerson: defaults.tellPerson,
    agentSocket,
    knownHostsFiles,
    sshConfigFile,
  };
  const asked = { ...defaults, ...onceEach(defaults) };
  const transportFor = (host: InventoryHost): Transport => {
    const settings = connectionSettings(host, asked);
    switch (settings.connection) {
      case 'local':
        return localTransport(settings);
      case 'ssh':
        return sshTransport(
          () => resolveSsh(settings, { configs: shared.configs, place: host.place }),
          shared,
        );
      case 'openssh':
        return openSshTransport({ ...settings, place: host.place }, sharedByPrograms);
    }
  };
  return Object.assign(transportFor, {
    close: async () => {
      await Promise.all([shared.bastions.close(), sharedByPrograms.bastions.close()]);
    },
  });
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

/**
 * Asks for a passphrase, a PIN or a password once in a run, and for a one-time code each time. It asks one question at a time.
 */
function onceForEachSecret(ask: AskSecret): AskSecret {
  const given = new Map<string, Promise<string>>();
  let last: Promise<unknown> = Promise.resolve();
  return (question) => {
    const answer = given.get(question) ?? last.then(() => ask(question));
    if (isAboutKey(question) || asksForPassword(question)) given.set(question, answer);
    last = answer.catch(() => undefined);
    return answer;
  };
}

function isAboutKey(question: string): boolean {
  return /^Passphrase of |^Enter PIN for /.test(question);
}

function once(secret: Secret): Secret {
  let answer: Promise<string> | undefined;
  return () => (answer ??= secret());
}
