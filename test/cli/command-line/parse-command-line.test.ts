import { describe, expect, it } from '@jest/globals';
import { commands } from '../../../src/cli/commands/index.ts';
import { toArguments } from '../../../src/cli/command-line/command-values.ts';
import { parseCommandLine } from '../../../src/cli/command-line/parse-command-line.ts';

const specs = commands.map(({ spec }) => spec);
const parse = (line: string): ReturnType<typeof parseCommandLine> =>
  parseCommandLine(line.split(' ').filter(Boolean), specs);

function argumentsOf(line: string): {
  words: readonly string[];
  options: Record<string, unknown>;
  origins: object;
} {
  const parsed = parse(line);
  if (parsed.kind !== 'command') throw new Error('help was asked for');
  return toArguments(parsed.values, parsed.spec);
}

describe('parseCommandLine', () => {
  it('takes words and options in any order', () => {
    const { words, options } = argumentsOf('run a.ts -i one.yml b.ts -C -i two.yml -f 7 --limit kvm:!kvm7');

    expect(words).toEqual(['a.ts', 'b.ts']);
    expect(options).toMatchObject({
      inventory: ['one.yml', 'two.yml'],
      check: true,
      forks: 7,
      limit: 'kvm:!kvm7',
    });
  });

  it('fills in defaults', () => {
    const { options } = argumentsOf('run a.ts -i hosts.yml');

    expect(options).toMatchObject({
      forks: 50,
      output: [],
      'confirm-timeout': 30,
      check: false,
      'no-type-check': false,
      'extra-vars': [],
      'connect-timeout': undefined,
      'host-key-checking': undefined,
      limit: undefined,
    });
  });

  it('takes what follows a letter for its value', () => {
    expect(argumentsOf('run a.ts -ih -Df10 -evC=5 -e=x=1 -lkC').options).toMatchObject({
      inventory: ['h'],
      diff: true,
      forks: 10,
      'extra-vars': ['vC=5', 'x=1'],
      limit: 'kC',
      check: false,
    });
  });

  it('takes a word with a blank for a value, also when it begins with a dash', () => {
    const parsed = parseCommandLine(
      ['ping', '-i', 'h', '--ssh-common-args', '-J bastion -o BatchMode=yes', '--', '-x y'],
      specs,
    );

    expect(parsed).toMatchObject({
      values: { 'ssh-common-args': '-J bastion -o BatchMode=yes', inventory: ['h'], '--': ['-x y'] },
    });
  });

  it('keeps text that looks like a number', () => {
    expect(argumentsOf('run 010 -i 1.10 -e vlan=0010 -l 0x10')).toMatchObject({
      words: ['010'],
      options: { inventory: ['1.10'], 'extra-vars': ['vlan=0010'], limit: '0x10' },
    });
  });

  it('takes clusters of one-letter options', () => {
    expect(argumentsOf('run a.ts -i h -CDb').options).toMatchObject({
      check: true,
      diff: true,
      become: true,
    });
  });

  it.each([
    ['is told nothing more', '', 0],
    ['counts a letter', '-v', 1],
    ['counts letters of a cluster', '-vvv', 3],
    ['counts letters among others, and the long name', '-Cvv --verbose', 3],
  ])('%s', (_, words, verbose) => {
    expect(argumentsOf(`run a.ts -i h ${words}`).options).toMatchObject({ verbose });
  });

  it('takes names that fingers know from Ansible', () => {
    const line =
      'run a.ts --inventory-file h -T 5 --key-file k --become-pass-file b --conn-pass-file c --become-user ops';

    expect(argumentsOf(line).options).toMatchObject({
      inventory: ['h'],
      'connect-timeout': 5,
      'private-key': 'k',
      'become-password-file': 'b',
      'connection-password-file': 'c',
      'become-user': 'ops',
    });
    expect(argumentsOf('run a.ts -i h --timeout 7').options).toMatchObject({ 'connect-timeout': 7 });
  });

  it('tells a flag that is switched off from one that is not given', () => {
    const { options, origins } = argumentsOf('run a.ts -i h --become=false');

    expect(options).toMatchObject({ become: false, check: false });
    expect(origins).toMatchObject({ become: 'command line', check: 'default' });
  });

  it('hands on what follows two dashes', () => {
    expect(argumentsOf('lab ssh kvm1 -- head -n 010').words).toEqual(['kvm1', 'head', '-n', '010']);
  });

  it.each([
    ['all of kvmplay', '--help', ''],
    ['a command', 'run --help', 'run'],
    ['a command that lacks an argument', 'run -h', 'run'],
    ['a family of commands', 'lab -h', 'lab'],
    ['a command of a family', 'lab up --help', 'lab up'],
  ])('asks for help about %s', (_, line, about) => {
    expect(parse(line)).toEqual({ kind: 'help', about });
  });

  it.each([
    ['no command', '', 'a command is missing; see kvmplay --help'],
    ['half a command', 'lab', 'a command is missing; it should be one of up, status, ssh, reboot, down'],
    ['an unknown command', 'xyz', 'there is no command xyz; see kvmplay --help'],
    [
      'an unknown command of a family',
      'lab xyz',
      'there is no command lab xyz; it should be one of up, status, ssh, reboot, down',
    ],
    [
      'a command of Ansible',
      'playbook site.ts',
      'there is no command playbook: playbooks are run by kvmplay run',
    ],
    ['a misspelt command', 'rum a.ts', 'there is no command rum; is it run?'],
    ['a misspelt command of a family', 'lab upp', 'there is no command lab upp; is it up?'],
    ['an unknown option', 'run a.ts -i h --bogus', 'run has no option --bogus; see kvmplay run --help'],
    ['a misspelt option', 'run a.ts -i h --chek', 'run has no option --chek; is it --check?'],
    ['a misspelt option with a value', 'run a.ts -i h --limt=x', 'run has no option --limt; is it --limit?'],
    ['an unknown letter', 'run a.ts -i h -Cx', 'run has no option -x; see kvmplay run --help'],
    [
      'a playbook without a command',
      'site.ts',
      'there is no command site.ts: a playbook is run by kvmplay run site.ts',
    ],
    [
      'options without a command',
      '--limit kvm1 all',
      'a command is missing, as in kvmplay run --limit; see kvmplay --help',
    ],
    ['an option before any command', '--bogus', 'there is no option --bogus; see kvmplay --help'],
    ['a missing word', 'undo', 'undo should be followed by a RUN; see kvmplay undo --help'],
    [
      'a word too many',
      'facts -i h a b',
      'facts takes no further word, but there is b; see kvmplay facts --help',
    ],
    ['a missing option', 'plan a.ts', 'option --inventory is missing; see kvmplay plan --help'],
    [
      'an option without its value',
      'run a.ts -i',
      '-i should be followed by a value; see kvmplay run --help',
    ],
    [
      'an option in place of a value',
      'run a.ts -i h --limit --check',
      '--limit should be followed by a value; see kvmplay run --help',
    ],
    [
      'an option given twice',
      'run a.ts -i h -l a -l b',
      '--limit is given 2 times, and should be given once',
    ],
    [
      'a word that is no number',
      'run a.ts -i h -f many',
      '--forks is many, and should be a whole number of at least 1',
    ],
    [
      'a number that is not whole',
      'run a.ts -i h -f 1.5',
      '--forks is 1.5, and should be a whole number of at least 1',
    ],
    [
      'a number that is too small',
      'run a.ts -i h -f 0',
      '--forks is 0, and should be a whole number of at least 1',
    ],
    [
      'a value that is not offered',
      'run a.ts -i h --max-disruption xml',
      '--max-disruption is xml, and should be one of none, blip, outage',
    ],
    ['a flag with a value', 'run a.ts -i h --check=yes', '--check is "yes", and should be true or false'],
    ['a letter with a value', 'run a.ts -i h -DC=1', '-C is "1", and should be true or false'],
    [
      'an option of Ansible',
      'run a.ts -i h --flush-cache',
      'run has no option --flush-cache: facts are never cached',
    ],
    ['an option of another command', 'facts -i h --resume last', 'facts has no option --resume, but run has'],
    [
      'the negation of a flag',
      'run a.ts -i h --no-check',
      'run has no option --no-check; see kvmplay run --help',
    ],
  ])('refuses %s', (_, line, message) => {
    expect(() => argumentsOf(line)).toThrow(expect.objectContaining({ code: 'KVMPLAY_USAGE', message }));
  });
});
