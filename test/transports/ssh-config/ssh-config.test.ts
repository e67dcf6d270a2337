import { describe, expect, it } from '@jest/globals';

import { parseSshConfig } from '../../../src/transports/ssh-config/parse-ssh-config.ts';
import { toSshConfig } from '../../../src/transports/ssh-config/ssh-config.ts';

/** As OpenSSH 9 prints them for root where nothing is configured. */
const usual = [
  'user root',
  'hostname kvm1',
  'port 22',
  'addressfamily any',
  'identitiesonly no',
  'passwordauthentication yes',
  'pubkeyauthentication true',
  'kbdinteractiveauthentication yes',
  'stricthostkeychecking ask',
  'identityfile ~/.ssh/id_rsa',
  'identityfile ~/.ssh/id_ed25519',
  'globalknownhostsfile /etc/ssh/ssh_known_hosts /etc/ssh/ssh_known_hosts2',
  'userknownhostsfile /root/.ssh/known_hosts /root/.ssh/known_hosts2',
  'connecttimeout none',
];
const baseline = parseSshConfig(usual.join('\n'));

/** With these lines instead of those of the same keyword. */
function config(...lines: string[]): ReturnType<typeof toSshConfig> {
  const own = new Set(lines.map((line) => line.split(' ')[0]));
  const others = usual.filter((line) => !own.has(line.split(' ')[0]));
  return toSshConfig(parseSshConfig([...others, ...lines].join('\n')), { baseline });
}

const plain = { address: 'kvm1', port: 22, user: 'root' };

describe('toSshConfig', () => {
  it('says no more than who and where when nothing is configured', () => {
    expect(config()).toEqual(plain);
  });

  it.each([
    ['HostName', ['hostname [fe80::1]'], { address: 'fe80::1' }],
    ['several keys', ['identityfile ~/a', 'identityfile /b c'], { identityFiles: ['~/a', '/b c'] }],
    ['no key', ['identityfile none'], { identityFiles: [] }],
    ['IdentitiesOnly', ['identitiesonly yes'], { identitiesOnly: true }],
    ['no agent', ['identityagent none'], { identityAgent: 'none' }],
    ['ProxyJump', ['proxyjump a,b'], { proxyJump: 'a,b' }],
    ['ProxyJump none', ['proxyjump none'], {}],
    ['HostKeyAlias', ['hostkeyalias real'], { hostKeyAlias: 'real' }],
    ['ConnectTimeout', ['connecttimeout 7'], { connectTimeout: 7 }],
    ['AddressFamily', ['addressfamily inet6'], { addressFamily: 6 }],
    ['StrictHostKeyChecking', ['stricthostkeychecking accept-new'], { hostKeyChecking: 'accept-new' }],
    [
      'UserKnownHostsFile',
      ['userknownhostsfile /own'],
      { knownHostsFiles: ['/own', '/etc/ssh/ssh_known_hosts', '/etc/ssh/ssh_known_hosts2'] },
    ],
    ['a refused way to log in', ['passwordauthentication no'], { refusedMethods: ['password'] }],
    [
      'PreferredAuthentications',
      ['preferredauthentications publickey'],
      { refusedMethods: ['password', 'keyboard-interactive'], preferredMethods: ['publickey'] },
    ],
    [
      'what needs the ssh program',
      ['pkcs11provider /lib/x.so'],
      { impossible: ['PKCS11Provider /lib/x.so'] },
    ],
  ])('reads %s', (_what, lines, wanted) => {
    expect(config(...lines)).toEqual({ ...plain, ...wanted });
  });
});
