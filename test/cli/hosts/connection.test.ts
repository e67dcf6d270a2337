import { describe, expect, it } from '@jest/globals';
import { toArguments } from '../../../src/cli/command-line/command-values.ts';
import { commands } from '../../../src/cli/commands/index.ts';
import { transportDefaults } from '../../../src/cli/hosts/connection.ts';
import { parseCommandLine } from '../../../src/cli/command-line/parse-command-line.ts';
import { fakeIo } from '../fake-io.ts';

/** What `kvmplay ping -i hosts.yml WORDS` reaches hosts with, when a person answers with these lines. */
async function defaultsOf(words: readonly string[], answers: readonly string[] = []) {
  const questions: string[] = [];
  const parsed = parseCommandLine(
    ['ping', '-i', 'hosts.yml', ...words],
    commands.map(({ spec }) => spec),
  );
  if (parsed.kind !== 'command') throw new Error('help was asked for');
  const { options } = toArguments(parsed.values, parsed.spec);
  const io = fakeIo({
    askSecret: (question) => {
      questions.push(question);
      return Promise.resolve(answers[questions.length - 1] ?? '');
    },
  });
  const defaults = await transportDefaults(options as Parameters<typeof transportDefaults>[0], io);
  return {
    ...defaults,
    questions,
    password: await defaults.password?.(),
    becomePassword: await defaults.becomePassword?.(),
  };
}

describe('transportDefaults', () => {
  it('takes the SSH password for become where a person who was asked for both says nothing', async () => {
    expect(await defaultsOf(['-k', '-K'], ['geheim', ''])).toMatchObject({
      questions: ['SSH password: ', 'become password (empty: the SSH password): '],
      password: 'geheim',
      becomePassword: 'geheim',
    });
    expect(await defaultsOf(['-k', '-K'], ['geheim', 'other'])).toMatchObject({ becomePassword: 'other' });
    expect(await defaultsOf(['-K'], ['geheim'])).toMatchObject({
      questions: ['become password: '],
      password: undefined,
      becomePassword: 'geheim',
    });
  });

  it('splits arguments for ssh into words', async () => {
    expect(
      await defaultsOf([
        '--ssh-args',
        '-o "User=a b"',
        '--ssh-common-args=-J bastion',
        '--ssh-extra-args=-4',
      ]),
    ).toMatchObject({
      sshArguments: ['-o', 'User=a b'],
      sshCommonArguments: ['-J', 'bastion'],
      sshExtraArguments: ['-4'],
    });
    await expect(defaultsOf(['--ssh-extra-args=-o "x'])).rejects.toThrow(
      '--ssh-extra-args is "-o \\"x", and the quote " is not closed',
    );
  });
});
