import { describe, expect, it } from '@jest/globals';
import { sshPath } from '../../src/facts/ssh-path.ts';
import { fixture, ipThatPrints, runScript, shellRows } from './shells.ts';

describe('sshPath', () => {
  it('names the link through which the session runs', () => {
    expect(sshPath.parse(fixture('kernel-6.1/layout3-ssh-path.txt'))).toEqual({
      client: '10.128.1.77',
      link: 'eno3',
    });
  });

  it.each([
    ['behind a gateway', '10.9.0.5 via 10.0.0.1 dev br0 src 10.0.0.2 uid 0 \\    cache ', '10.9.0.5', 'br0'],
    [
      'an address of the host',
      'local 10.0.0.2 dev lo src 10.0.0.2 uid 0 \\    cache <local> ',
      '10.0.0.2',
      'lo',
    ],
    ['of old iproute2', '10.9.0.5 via 10.0.0.1 dev br0 src 10.0.0.2 \\    cache ', '10.9.0.5', 'br0'],
    ['on the link itself', 'link eth1', 'fe80::1', 'eth1'],
  ])('understands a client %s', (_case, answer, client, link) => {
    const zone = answer.startsWith('link ') ? '%eth1' : '';

    expect(sshPath.parse(`client ${client}${zone}\n${answer}\n`)).toEqual({ client, link });
  });

  it.each([
    ['there is no session', ''],
    ['there is no route to its client', 'client 10.9.0.5\n'],
  ])('tells nothing when %s', (_case, output) => {
    expect(sshPath.parse(output)).toBeUndefined();
  });

  const session = { SSH_CONNECTION: '10.9.0.5 50000 10.0.0.2 22' };
  const script =
    ipThatPrints({ '-o route get 10.9.0.5': '10.9.0.5 via 10.0.0.1 dev br0 src 10.0.0.2 \\    cache\n' }) +
    sshPath.script;

  it.each(shellRows)('asks ip under %s', (_name, shell) => {
    const { stdout, stderr, code } = runScript(shell, script, session);

    expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
    expect(sshPath.parse(stdout)).toEqual({ client: '10.9.0.5', link: 'br0' });
  });

  it.each(shellRows)(
    'finds the session of the process that started %s without its environment',
    (_name, shell) => {
      const { stdout } = runScript(
        ['sh'],
        `env -u SSH_CONNECTION ${shell.join(' ')} -c ${quoted(script)}; :`,
        session,
      );

      expect(sshPath.parse(stdout)).toEqual({ client: '10.9.0.5', link: 'br0' });
    },
  );

  it('tells nothing when neither the environment nor that process knows of a session', () => {
    expect(runScript(['sh'], `sh -c ${quoted(script)}; :`)).toMatchObject({ stdout: '', stderr: '' });
  });
});

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
