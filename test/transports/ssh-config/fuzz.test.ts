import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';

import { readConfigLayout } from '../../../src/transports/ssh-config/config-layout.ts';
import { expandTokens } from '../../../src/transports/ssh-config/expand-tokens.ts';
import { parseSshConfig } from '../../../src/transports/ssh-config/parse-ssh-config.ts';
import { parseProxyCommand, parseProxyJump } from '../../../src/transports/ssh-config/proxy-jump.ts';
import { toSshConfig } from '../../../src/transports/ssh-config/ssh-config.ts';

const keyword = fc.constantFrom(
  ...[
    'hostname',
    'port',
    'user',
    'identityfile',
    'identitiesonly',
    'identityagent',
    'proxyjump',
    'proxycommand',
  ],
  ...[
    'userknownhostsfile',
    'hostkeyalias',
    'stricthostkeychecking',
    'connecttimeout',
    'addressfamily',
    'Host',
  ],
  ...['preferredauthentications', 'bindinterface', 'passwordauthentication', 'Match', 'Include', '#', ''],
);
const piece = fc.oneof(
  fc.constantFrom(
    'none',
    'yes',
    'no',
    '22',
    '%h',
    '%',
    '"',
    "'",
    '\\',
    ',',
    '@',
    ':',
    '[',
    ']',
    '-W',
    '-',
    '=',
    ' ',
  ),
  fc.constantFrom('ssh', 'bastion', 'ssh://', '*', '!', '?', '~/', '${HOME}', '|'),
  fc.string({ unit: 'binary', maxLength: 8 }),
);
const phrase = fc.array(piece, { maxLength: 16 }).map((pieces) => pieces.join(''));
const text = fc
  .array(
    fc.tuple(keyword, phrase).map(([word, rest]) => `${word} ${rest}`),
    { maxLength: 30 },
  )
  .map((lines) => lines.join('\n'));

describe('what ssh -G prints', () => {
  it('is read, whatever it is', () => {
    fc.assert(
      fc.property(text, text, (printed, usual) => {
        const config = toSshConfig(parseSshConfig(printed), { baseline: parseSshConfig(usual) });

        expect(config.port).toBeGreaterThan(0);
        expect(typeof config.address).toBe('string');
      }),
    );
  });
});

describe('readConfigLayout', () => {
  it('takes any file, and has one key for one name', () => {
    fc.assert(
      fc.property(text, phrase, (file, name) => {
        const layout = readConfigLayout([file]);

        expect(layout.keyOf(name)).toBe(readConfigLayout([file]).keyOf(name));
      }),
    );
  });
});

describe('a jump', () => {
  it('is a host to go to, or none', () => {
    fc.assert(
      fc.property(phrase, (words) => {
        for (const jump of [parseProxyJump(words), parseProxyCommand(`ssh -W %h:%p ${words}`)]) {
          expect(jump?.destination).not.toBe('');
          if (jump?.port !== undefined) expect(Number.isInteger(jump.port)).toBe(true);
        }
      }),
    );
  });
});

describe('expandTokens', () => {
  it('knows a token or names it', () => {
    const values = { address: '10.0.0.1', destination: 'kvm1', port: 22, user: 'root' };
    fc.assert(
      fc.property(phrase, (words) => {
        try {
          expandTokens(words, values);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
          expect((error as Error).message).toMatch(/^%/);
        }
      }),
    );
  });
});
