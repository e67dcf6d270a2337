import { describe, expect, it } from '@jest/globals';

import { parseProxyCommand, parseProxyJump } from '../../../src/transports/ssh-config/proxy-jump.ts';

describe('parseProxyJump', () => {
  it.each([
    ['a host', 'a', { destination: 'a', words: [] }],
    ['user and port', 'me@a:2222', { destination: 'a', user: 'me', port: 2222, words: [] }],
    ['a URI', 'ssh://me@[::1]:2222/', { destination: '::1', user: 'me', port: 2222, words: [] }],
    [
      'several, of which the last is next to the host',
      'a,me@b',
      { destination: 'b', user: 'me', words: ['-J', 'a'] },
    ],
    ['nothing', '', undefined],
  ])('understands %s', (_what, text, jump) => {
    expect(parseProxyJump(text)).toEqual(jump);
  });
});

describe('parseProxyCommand', () => {
  it.each([
    ['ssh -W %h:%p a', { destination: 'a', words: [] }],
    ['ssh -W [%h]:%p me@a', { destination: 'a', user: 'me', words: [] }],
    ['ssh -q -W %h:%p -p 2222 -i "my key" a', { destination: 'a', words: ['-p', '2222', '-i', 'my key'] }],
    ['exec /usr/bin/ssh -qW%h:%p a', { destination: 'a', words: [] }],
    ['ssh a -W %h:%p -o User=me', { destination: 'a', words: ['-o', 'User=me'] }],
  ])('sees a jump in %s', (command, jump) => {
    expect(parseProxyCommand(command)).toEqual(jump);
  });

  it.each([
    'nc a 22',
    'ssh a nc %h %p',
    'ssh -W other:22 a',
    'ssh -W %h:%p a | tee log',
    'ssh -W %h:%p $BASTION',
    'ssh -W %h:%p',
    "ssh -W %h:%p 'a",
    'autossh -W %h:%p a',
  ])('sees none in %s', (command) => {
    expect(parseProxyCommand(command)).toBeUndefined();
  });
});
