import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { commands } from '../../src/cli/commands/index.ts';
import { insteadOf } from '../../src/cli/command-line/foreign-options.ts';
import { needProgram } from '../support/packages.ts';

jest.setTimeout(120_000);

const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'from-ansible.md'), 'utf8');

/** What does the work of each of Ansible's programs. */
const programs = [
  ['ansible-playbook', 'run'],
  ['ansible', 'exec'],
  ['ansible-inventory', 'inventory'],
  ['ansible-doc', 'doc'],
] as const;

/** Of no use to an operator, as its own help says. */
const internal = ['metadata-dump', 'no-fail-on-errors'];

beforeAll(() => needProgram('/usr/bin/ansible-playbook', 'ansible-core'));

/** `check` and `C`, as the help of a program of Ansible lists them. */
function optionsOf(program: string): readonly (readonly string[])[] {
  const help = execFileSync(program, ['--help'], {
    encoding: 'utf8',
    env: { ...process.env, COLUMNS: '500' },
  });
  return [...help.matchAll(/^ {2}(-[^\n]*?)(?: {2,}|\n)/gm)].map(([, names = '']) =>
    [...names.matchAll(/(?:^|, )--?([\w-]+)/g)].map(([, name = '']) => name),
  );
}

describe.each(programs)('every option of %s', (program, command) => {
  const spec = commands.find((candidate) => candidate.spec.name === command)?.spec;
  const own = Object.entries(spec?.options ?? {}).flatMap(([name, option]) => [
    name,
    ...(option.alias === undefined ? [] : [option.alias]),
    ...(option.also ?? []),
  ]);
  own.push('help', 'h', 'version');

  it('is an option here, or is answered with what to do instead', () => {
    const options = optionsOf(program).filter((names) => !names.some((name) => internal.includes(name)));
    const lost = options.flatMap((names) =>
      names.filter((name) => !own.includes(name) && insteadOf(name, command) === undefined),
    );

    expect(options.length).toBeGreaterThan(5);
    expect(lost).toEqual([]);
  });

  it('has its place in docs/from-ansible.md', () => {
    const longest = optionsOf(program).map((names) =>
      names.reduce((a, b) => (b.length > a.length ? b : a), ''),
    );

    expect(longest.filter((name) => !internal.includes(name) && !page.includes(`--${name}`))).toEqual([]);
  });
});
