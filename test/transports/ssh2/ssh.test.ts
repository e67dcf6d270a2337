import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import ssh2 from 'ssh2';

import { createSshShared, sshTransport, type Connection } from '../../../src/transports/index.ts';

/** An SSH server in this process, for what an sshd does by accident only. */
let server: InstanceType<typeof ssh2.Server>;
let connection: Connection;

beforeAll(async () => {
  const { private: hostKey } = ssh2.utils.generateKeyPairSync('ed25519');
  server = new ssh2.Server({ hostKeys: [hostKey] }, (client) => {
    client.on('error', () => undefined);
    // The typings leave it out.
    (client as typeof client & { setNoDelay(on: boolean): void }).setNoDelay(true);
    client.on('authentication', (login) =>
      login.method === 'password' ? login.accept() : login.reject(['password']),
    );
    client.on('session', (acceptSession) => {
      acceptSession().on('exec', (acceptExec) => {
        const stream = acceptExec();
        stream.stderr.write('go away\n');
        stream.exit(1);
        stream.end();
      });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const shared = createSshShared({
    sshConfigFile: 'none',
    knownHostsFiles: [],
    agentSocket: '',
    home: '/nonexistent',
  });
  const settings = {
    name: 'kvm1',
    address: '127.0.0.1',
    port,
    user: 'admin',
    password: () => Promise.resolve('secret'),
    hostKeyChecking: 'no',
  } as const;
  connection = await sshTransport(settings, shared).connect();
});

afterAll(async () => {
  await connection.close();
  server.close();
});

describe('an SSH connection', () => {
  it('hears an exit that comes together with the start', async () => {
    for (let i = 0; i < 20; i++) {
      await expect(connection.exec('true')).rejects.toMatchObject({
        name: 'AuthenticationError',
        message: 'admin@kvm1 cannot run a script: go away',
      });
    }
  });
});
