import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { env } from 'node:process';
import { promisify } from 'node:util';

import { needPrograms } from '../../support/packages.ts';
import { freePort, waitForListener } from './sshd.ts';

const run = promisify(execFile);

/** A realm of Kerberos with a key distribution centre of its own, on loopback. */
export interface Realm {
  /** What programs find the realm by, and an sshd the key of its host, 127.0.0.1. */
  readonly environment: Readonly<Record<string, string>>;
  /** A file with a ticket for a new user of this name. */
  ticketFor(user: string): Promise<string>;
  stop(): Promise<void>;
}

const realm = 'KVMPLAY.TEST';
const host = 'host/127.0.0.1';

export async function startRealm(): Promise<Realm> {
  // The last package brings the others along.
  await needPrograms({ '/usr/sbin/kadmin.local': 'krb5-admin-server', '/usr/bin/kinit': 'krb5-user' });
  const directory = await mkdtemp(join(tmpdir(), 'kvmplay-realm-'));
  const file = (name: string): string => join(directory, name);
  const port = await freePort();
  await writeFile(
    file('krb5.conf'),
    `[libdefaults]
default_realm = ${realm}
dns_lookup_kdc = false
dns_canonicalize_hostname = false
rdns = false
[realms]
${realm} = {
  kdc = 127.0.0.1:${port}
}
[domain_realm]
127.0.0.1 = ${realm}
`,
  );
  await writeFile(
    file('kdc.conf'),
    `[kdcdefaults]
kdc_listen = 127.0.0.1:${port}
kdc_tcp_listen = 127.0.0.1:${port}
[realms]
${realm} = {
  database_name = ${file('principal')}
  key_stash_file = ${file('stash')}
  acl_file = ${file('acl')}
}
`,
  );
  const environment = { KRB5_CONFIG: file('krb5.conf'), KRB5_KTNAME: file('host.keytab') };
  const options = { env: { ...env, ...environment, KRB5_KDC_PROFILE: file('kdc.conf') } };
  const addPrincipal = async (name: string, keytab: string): Promise<void> => {
    await run('kadmin.local', ['addprinc', '-randkey', name], options);
    await run('kadmin.local', ['ktadd', '-k', keytab, name], options);
  };
  await run('kdb5_util', ['create', '-s', '-P', 'master', '-r', realm], options);
  await addPrincipal(host, environment.KRB5_KTNAME);

  const child = spawn('krb5kdc', ['-n'], { ...options, stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = once(child, 'exit');
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (log += chunk));
  await waitForListener('krb5kdc', port, () => (child.exitCode === null ? undefined : log));

  return {
    environment,
    async ticketFor(user) {
      const keytab = file(`${user}.keytab`);
      const cache = file(`${user}.ticket`);
      await addPrincipal(user, keytab);
      await run('kinit', ['-k', '-t', keytab, '-c', cache, user], options);
      return cache;
    },
    async stop() {
      child.kill();
      await ended;
      await rm(directory, { recursive: true, force: true });
    },
  };
}
