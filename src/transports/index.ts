export type { AskSecret } from './login/authentication.ts';
export type { BecomeSettings, Secret } from './login/become.ts';
export type { HostKeyChecking } from './host-keys/host-key.ts';
export { localTransport, type LocalSettings } from './local.ts';
export {
  connectionSettings,
  type ConnectionDefaults,
  type ConnectionKind,
  type ConnectionSettings,
} from './connection-settings.ts';
export type { SshTarget } from './ssh-target.ts';
export { openSshTransport, type OpenSshShared, type OpenSshTarget } from './openssh/openssh.ts';
export { quote, quoteCommand } from './shell-quote.ts';
export type { SshSettings } from './ssh2/settings.ts';
export { createSshShared, type SshShared, type SshSharedOptions } from './ssh2/shared.ts';
export { sshTransport } from './ssh2/ssh.ts';
export { createTransports, type TransportDefaults, type Transports } from './transport-for.ts';
export type { Connection, ConnectOptions, ExecOptions, Transport } from './transport.ts';
