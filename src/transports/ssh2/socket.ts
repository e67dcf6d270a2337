import { connect as connectTcp } from 'node:net';
import type { Duplex } from 'node:stream';

import type { Bastions } from './bastions.ts';
import type { HostAddress } from '../host-keys/host-key.ts';
import type { OnCut, Paused } from '../limits.ts';
import { startProxyCommand } from './proxy-command.ts';
import type { SshSettings } from './settings.ts';

export interface SocketContext {
  readonly bastions: Bastions;
  readonly host: HostAddress;
  readonly onCut: OnCut;
  readonly paused: Paused;
}

/** A way for bytes to the host's sshd: TCP, over a bastion, or through a command. */
export async function openSocket(settings: SshSettings, context: SocketContext): Promise<Duplex> {
  const { address, port, via, proxyCommand, addressFamily, localAddress } = settings;
  if (via !== undefined) return await context.bastions.forward(via, settings, context);
  if (proxyCommand !== undefined) return startProxyCommand(proxyCommand, context.host.subject);
  return connectTcp({
    host: address,
    port,
    // node-ssh would leave Nagle's algorithm on, which holds each command up for 40 ms.
    noDelay: true,
    ...(addressFamily !== undefined && { family: addressFamily }),
    ...(localAddress !== undefined && { localAddress }),
  });
}
