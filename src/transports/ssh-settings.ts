import { userInfo } from 'node:os';

import { InventoryError } from '../errors.ts';
import type { SourcePlace } from '../model/inventory.ts';
import type { SshTarget } from './ssh-target.ts';
import type { SshSettings } from './ssh.ts';

/** Where a target is, with all that neither inventory nor run said. Throws InventoryError for arguments that kvmplay cannot follow. */
export function sshSettings(target: SshTarget, place: SourcePlace): SshSettings {
  const { name, destination, port, user, privateKeyFile, password, hostKeyChecking, become } = target;
  const knownHostsFile = knownHostsFileOf(target, place);
  return {
    name,
    address: destination,
    port: port ?? 22,
    user: user ?? userInfo().username,
    hostKeyChecking: hostKeyChecking ?? 'yes',
    ...(privateKeyFile !== undefined && { privateKeyFile }),
    ...(knownHostsFile !== undefined && { knownHostsFile }),
    ...(password !== undefined && { password }),
    ...(become !== undefined && { become }),
  };
}

/** The one option of OpenSSH that is understood: `-o UserKnownHostsFile=PATH`. */
function knownHostsFileOf(
  { name, firstArguments, lastArguments }: SshTarget,
  place: SourcePlace,
): string | undefined {
  const words = [...firstArguments, ...lastArguments].join(' ');
  if (words === '') return undefined;
  const file = /^-o ?UserKnownHostsFile=(\S+)$/.exec(words)?.[1];
  if (file !== undefined) return file;
  throw new InventoryError(
    `${name}: the arguments for ssh are ${JSON.stringify(words)}, and kvmplay, which speaks SSH itself, understands -o UserKnownHostsFile=PATH only`,
    place,
  );
}
