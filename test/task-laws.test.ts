import { describe, expect, it } from '@jest/globals';
import { checkTaskLaws } from 'kvmplay/testing';
import { type Answers, facts, PlanError } from '../src/index.ts';
import type { Change } from '../src/model/change.ts';
import type { Task } from '../src/model/task.ts';

const path = '/etc/x';
const asked = { files: facts.filesFact([path]), value: facts.sysctlFact('vm.swappiness') };

type Asked = Answers<typeof asked>;
type Planner = (answers: Asked, desired: { count: number }) => readonly Change[];

function taskOf(plan: Planner): Task<{ count: number }, typeof asked, undefined> {
  return {
    name: 'ensureX',
    facts: asked,
    validate: (input) => input as { count: number },
    subject: () => 'x',
    plan: (desired, answers) => ({ changes: plan(answers, desired), warnings: [] }),
    output: () => undefined,
  };
}

const write = (before: string | undefined, after: string): Change => ({
  kind: 'file.write',
  path,
  mode: 0o644,
  after,
  ...(before !== undefined && { before }),
});

let calls = 0;

const lawless: [string, Planner, RegExp][] = [
  [
    'plans otherwise a second time',
    () => [write(undefined, String(calls++))],
    /ensureX x is not pure: a second plan differs/,
  ],
  [
    'writes to its input',
    (_, desired) => {
      desired.count++;
      return [];
    },
    /ensureX x is not pure: Cannot assign/,
  ],
  [
    'writes to an answer',
    ({ files }) => {
      (files as Map<string, unknown>).set(path, 'x');
      return [];
    },
    /ensureX x is not pure: a task must not modify a map/,
  ],
  [
    'takes a file for another',
    () => [write('other', 'new')],
    /ensureX x is not honest: .*as the plan expects/,
  ],
  [
    'sets what no kernel has',
    () => [{ kind: 'sysctl.set', key: 'vm.none', before: '0', after: '1' }],
    /ensureX x is not honest: .*No such file/,
  ],
  [
    'never has enough',
    ({ files }) => [write(files.get(path)?.content, `${files.get(path)?.content ?? ''}x`)],
    /ensureX x does not converge: a second run would still make ~ file \/etc\/x$/,
  ],
  [
    'forgets what was before',
    ({ value }) =>
      value === '10' ? [] : [{ kind: 'sysctl.set', key: 'vm.swappiness', before: '60', after: '10' }],
    // On a host where it is 30 the kernel's own value was lost.
    /ensureX x is not honest/,
  ],
];

describe('checkTaskLaws', () => {
  it.each(lawless)('finds out a task that %s', async (_, plan, message) => {
    await expect(
      checkTaskLaws(taskOf(plan), { count: 1 }, { sysctls: { 'vm.swappiness': '30' } }),
    ).rejects.toThrow(message);
  });

  it('tells how a lawful task came out, and leaves the host alone', async () => {
    const lawful = taskOf(({ files }) => (files.has(path) ? [] : [write(undefined, 'x')]));
    const refusing = taskOf(() => {
      throw new PlanError('no');
    });

    expect(await checkTaskLaws(lawful, { count: 1 })).toBe('changed');
    expect(await checkTaskLaws(lawful, { count: 1 }, { files: { [path]: '' } })).toBe('ok');
    expect(await checkTaskLaws(refusing, { count: 1 })).toBe('refused');
  });

  it('finds out a task that cannot be taken back', async () => {
    const stays = taskOf(({ files }) =>
      files.has(path)
        ? []
        : // The file that it removes was somebody else's, which it does not say.
          [{ kind: 'file.delete', path: '/etc/theirs', mode: 0o644, before: 'x' }, write(undefined, 'x')],
    );
    const theirs = { content: 'x', mode: 0o600, owner: 'qemu', group: 'kvm' };

    await expect(checkTaskLaws(stays, { count: 1 }, { files: { '/etc/theirs': theirs } })).rejects.toThrow(
      /ensureX x cannot be undone: files\.\/etc\/theirs/,
    );
  });
});
