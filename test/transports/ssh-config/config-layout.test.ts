import { describe, expect, it } from '@jest/globals';

import { readConfigLayout } from '../../../src/transports/ssh-config/config-layout.ts';

describe('readConfigLayout', () => {
  it.each([
    ['no file', []],
    [
      'what Debian ships',
      ['Include /etc/ssh/ssh_config.d/*.conf\nHost *\n  SendEnv LANG LC_*\n  HashKnownHosts yes\n'],
    ],
    ['comments', ['# Host a\n#Port 22\n']],
  ])('sees nothing that concerns kvmplay in %s', (_what, texts) => {
    expect(readConfigLayout(texts).isPlain).toBe(true);
  });

  it.each(['Port 2222', '  user=me', 'PROXYJUMP a', 'Host a\n\tHostName b', 'IdentityFile ~/.ssh/%h'])(
    'sees that %j concerns it',
    (text) => {
      expect(readConfigLayout([text]).isPlain).toBe(false);
    },
  );

  it('treats hosts alike whom the same patterns match', () => {
    const layout = readConfigLayout(['Host kvm* !kvm9\nPort 2222\nHost *.example.com\nUser me']);

    expect(layout.keyOf('kvm1')).toBe(layout.keyOf('kvm2'));
    expect(layout.keyOf('kvm1')).not.toBe(layout.keyOf('kvm9'));
    expect(layout.keyOf('kvm1')).not.toBe(layout.keyOf('kvm1.example.com'));
  });

  it.each([
    ['Match exec', 'Match exec "test -e /tmp"\nPort 2222'],
    ['Match host', 'Match host kvm1\nPort 2222'],
    ['HostName with a token', 'Host *\nHostName %h.example.com'],
    ['CanonicalizeHostname', 'CanonicalizeHostname yes'],
    ['an Include with a variable', 'Include ${DIR}/config\nPort 2222'],
  ])('treats each host for itself under %s', (_what, text) => {
    const layout = readConfigLayout([text]);

    expect(layout.keyOf('kvm1')).not.toBe(layout.keyOf('kvm2'));
  });
});
