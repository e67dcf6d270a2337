import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { runCli } from '../../src/cli/cli.ts';
import { commands } from '../../src/cli/commands/index.ts';
import { complete } from '../../src/cli/completion/complete.ts';
import { runComplete } from '../../src/cli/completion/run-complete.ts';
import { splitLine } from '../../src/cli/completion/split-line.ts';
import { fakeIo } from './fake-io.ts';

const specs = commands.map(({ spec }) => spec);
const folder = mkdtempSync(join(tmpdir(), 'kvmplay-completion-'));
const inventory = join(folder, 'hosts.yml');
writeFileSync(
  inventory,
  'all:\n  children:\n    kvm: { hosts: { kvm1: , kvm2: } }\n    spare: { hosts: { kvm3: } }\n',
);
writeFileSync(join(folder, 'broken.yml'), 'all: [\n');

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Words, or what of the file system. The line stands between bars where it ends in a blank. */
async function offers(line: string, env: Readonly<Record<string, string>> = {}): Promise<readonly string[]> {
  const words = line.split(' ').map((word) => (word === 'HOSTS' ? inventory : word));
  const found = await complete(words, specs, fakeIo({ cwd: folder, env }));
  return found.kind === 'words' ? found.candidates.map(({ word }) => word) : [found.kind, found.after];
}

describe('complete', () => {
  it('offers commands, and families once', async () => {
    expect(await offers('')).toEqual(expect.arrayContaining(['run', 'exec', 'guard', 'lab']));
    expect(await offers('g')).toEqual(['guard']);
    expect(await offers('guard ')).toEqual(['list', 'confirm', 'rollback', 'clear']);
  });

  it('offers options that are not given yet, and repeatable ones again', async () => {
    const options = await offers('run -D --forks 3 -i x -');

    expect(options).toEqual(expect.arrayContaining(['--check', '--inventory', '--help']));
    expect(options).not.toContain('--diff');
    expect(options).not.toContain('--forks');
  });

  it.each([
    ['after an option', 'run --host-key-checking n', ['no']],
    ['behind its equals sign', 'run --host-key-checking=n', ['--host-key-checking=no']],
    ['of a flag', 'run --become=', ['--become=true', '--become=false']],
    ['of an argument', 'completion z', ['zsh']],
  ])('offers values %s', async (_, line, wanted) => {
    expect(await offers(line)).toEqual(wanted);
  });

  it.each([
    ['a pattern', 'ping -i HOSTS ', ['all', 'kvm', 'spare', 'kvm1', 'kvm2', 'kvm3']],
    [
      'the last name of a pattern',
      'ping -i HOSTS all:!kv',
      ['all:!kvm', 'all:!kvm1', 'all:!kvm2', 'all:!kvm3'],
    ],
    ['a pattern with commas', 'run -i HOSTS -l kvm1,&sp', ['kvm1,&spare']],
    ['a pattern behind a cluster of letters', 'run -i HOSTS -DCl sp', ['spare']],
    ['a host', 'inventory -i HOSTS --host sp', []],
  ])('offers names of %s', async (_, line, wanted) => {
    const found = await offers(line);

    expect(found.filter((word) => !/\bungrouped$/.test(word))).toEqual(wanted);
  });

  it('takes the inventory of the environment', async () => {
    expect(await offers('ping spa', { KVMPLAY_INVENTORY: inventory })).toEqual(['spare']);
  });

  it.each([
    ['playbooks', 'run ', ['playbooks', '']],
    ['an inventory', 'run a.ts -i ', ['files', '']],
    ['a file behind an equals sign', 'run --private-key=k', ['files', '--private-key=']],
    ['a file of variables', 'run -e @v', ['files', '@']],
    ['a folder', 'lab up --directory ', ['folders', '']],
  ])('leaves %s to the shell', async (_, line, wanted) => {
    expect(await offers(line)).toEqual(wanted);
  });

  it.each([
    ['a variable', 'run -e mtu'],
    ['a number', 'run --forks '],
    ['a command of another program', 'exec unam'],
    ['an unknown command', 'xyz '],
    ['an option after two dashes', 'lab ssh kvm1 -- --'],
  ])('offers nothing for %s', async (_, line) => {
    expect(await offers(line)).toEqual([]);
  });
});

describe('the answer to a TAB', () => {
  it('has what each word is for', async () => {
    const io = fakeIo({ cwd: folder });

    await runComplete(['fish', 'unde'], io);
    await runComplete(['fish', 'und'], io);

    expect(io.written.stdout).toBe('words\nwords\nundo\tUndo the changes of a run\n');
  });

  it('is for bash only what follows the last word break', async () => {
    const io = fakeIo({ cwd: folder });

    await runComplete(['bash', `kvmplay ping -i ${inventory} kvm1:sp`, ' :='], io);

    expect(io.written.stdout).toBe('words\nspare\tgroup\n');
  });

  it('is empty when something is wrong', async () => {
    const io = fakeIo({ cwd: folder });

    await runComplete(['zsh', 'ping', '-i', 'broken.yml', ''], io);

    expect(io.written).toEqual({ stdout: 'words\n', stderr: '' });
  });
});

describe('splitLine', () => {
  it.each([
    ['words', 'kvmplay run a', ['kvmplay', 'run', 'a'], ''],
    ['a new word', 'kvmplay run ', ['kvmplay', 'run', ''], ''],
    ['a word break', 'kvmplay ping kvm:!k', ['kvmplay', 'ping', 'kvm:!k'], 'kvm:'],
    ['an equals sign', 'kvmplay run --limit=kvm:k', ['kvmplay', 'run', '--limit=kvm:k'], '--limit=kvm:'],
    ['an open quote', "kvmplay ping 'kvm:!k", ['kvmplay', 'ping', 'kvm:!k'], ''],
    ['a closed quote', 'kvmplay exec "uname -r" k', ['kvmplay', 'exec', 'uname -r', 'k'], ''],
    ['a quoted blank', 'kvmplay run my\\ play', ['kvmplay', 'run', 'my play'], ''],
    ['an at sign', 'kvmplay run -e @f', ['kvmplay', 'run', '-e', '@f'], ''],
  ])('finds %s', (_, line, words, kept) => {
    expect(splitLine(line, ' \t\n"\'@><=;|&(:')).toEqual({ words, kept });
  });
});

describe('kvmplay completion', () => {
  it('refuses a shell that it does not know', async () => {
    const io = fakeIo();

    expect(await runCli(['completion', 'tcsh'], io)).toBe(1);

    expect(io.written.stderr).toBe('kvmplay: SHELL is tcsh, and should be one of bash, zsh, fish\n');
  });
});
