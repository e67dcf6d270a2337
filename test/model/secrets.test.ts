import { describe, expect, it } from '@jest/globals';
import { namingFields, Secrets } from '../../src/model/secrets.ts';

function of(...texts: readonly string[]): Secrets {
  const secrets = new Secrets();
  for (const text of texts) secrets.add(text);
  return secrets;
}

describe('Secrets', () => {
  it.each([
    ['a common word where it stands whole', 'root', 'login of root: root', 'login of ********: ********'],
    ['a common word not in a path', 'root', '/root/x', '/root/x'],
    [
      'a common word not in a name',
      'root',
      'rootbox root_disk root-vg root.example',
      'rootbox root_disk root-vg root.example',
    ],
    ['a short text not in a word', 'ab12', 'xab12 ab12y', 'xab12 ab12y'],
    ['a short text beside signs', 'ab12', 'https://me:ab12@kvm1/ab12', 'https://me:********@kvm1/********'],
    ['a text that stands in nothing else anywhere', 'Tr0ub4dor&3', 'xTr0ub4dor&3y', 'x********y'],
    ['a long passphrase of letters anywhere', 'correcthorsebattery', 'xcorrecthorsebatteryx', 'x********x'],
    ['a tiny text that is all there is', 'one', 'one', '********'],
    ['a tiny text not among others', 'one', 'one of two', 'one of two'],
    ['no literal of YAML', 'true', 'true', 'true'],
    ['a number that is all there is', '123456', '123456', '********'],
  ])('masks %s', (_, secret, text, expected) => {
    expect(of(secret).mask(text)).toBe(expected);
  });

  it('leaves names of fields, hosts and outcomes', () => {
    const event = {
      type: 'task.end',
      host: 'password',
      outcome: 'changed',
      warnings: ['password'],
      error: { code: 'password', message: 'it is changed' },
    };

    expect(of('password', 'changed', 'outcome').maskIn(event, namingFields)).toEqual({
      ...event,
      warnings: ['********'],
      error: { code: 'password', message: 'it is ********' },
    });
  });

  it('masks values of maps and numbers, and leaves what has a class', () => {
    const at = new Date(0);

    expect(
      of('geheimes-wort', '12345678').maskIn({ map: new Map([['a', 'geheimes-wort']]), pin: 12345678, at }),
    ).toEqual({
      map: new Map([['a', '********']]),
      pin: '********',
      at,
    });
  });

  it('leaves at the edge what may be a word of kvmplay', () => {
    const secrets = of('changed', 'ganz-geheim');

    expect(secrets.maskUnlikely('{"outcome":"changed","x":"ganz-geheim"}')).toBe(
      '{"outcome":"changed","x":"********"}',
    );
  });
});
