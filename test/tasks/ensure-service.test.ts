import { describe, expect, it } from '@jest/globals';
import { ensureFile, ensureService, PlanError, TaskInputError } from '../../src/index.ts';
import { describeChange } from '../../src/changes/index.ts';
import { fakeHost } from '../../src/testing.ts';
import { linesOf } from './system-support.ts';

describe('ensureService', () => {
  it('starts a service and has it started at boot', async () => {
    const host = fakeHost({ services: { chronyd: { running: false, enabled: false } } });

    const { output } = await ensureService(host, { name: 'chronyd' });

    expect(host.changes).toEqual([
      {
        kind: 'service.set',
        name: 'chronyd',
        manager: 'systemd',
        before: { running: false, enabled: false },
        after: { running: true, enabled: true },
      },
    ]);
    expect(output).toEqual({ running: true });
  });

  it('changes only what differs, and leaves alone what it is told to', async () => {
    const services = { chronyd: { running: true, enabled: false } };

    expect(await linesOf({ services }, (host) => ensureService(host, { name: 'chronyd' }))).toEqual([
      '~ service chronyd disabled → enabled',
    ]);
    expect(
      await linesOf({ services }, (host) =>
        ensureService(host, { name: 'chronyd', running: false, enabled: 'unchanged' }),
      ),
    ).toEqual(['~ service chronyd running → stopped']);
  });

  it.each([
    ['a unit', 'demo', '/etc/systemd/system/demo.service'],
    ['a template of units', 'demo@eno3', '/etc/systemd/system/demo@.service'],
    ['a unit of another kind', 'demo.timer', '/usr/lib/systemd/system/demo.timer'],
    ['a script of init.d', 'demo', '/etc/init.d/demo'],
  ])('starts a service of which %s comes in the same play', async (_, name, path) => {
    const host = fakeHost();

    await ensureFile(host, { path, content: '[Service]\n' });
    await ensureService(host, { name });

    expect(host.changes.map(describeChange)).toEqual([
      `+ file ${path} mode 0644`,
      `~ service ${name} stopped → running, disabled → enabled`,
    ]);
    await expect(ensureService(host, { name: 'other' })).rejects.toThrow('kvm1 has no service other');
  });

  it('changes the unit behind an alias by its own name', async () => {
    const services = { sshd: { unit: 'ssh', running: true, enabled: true } };
    const host = fakeHost({ services });

    const { changed } = await ensureService(host, { name: 'sshd', running: false, enabled: false });
    const again = await ensureService(host, { name: 'sshd', running: false, enabled: false });

    expect(host.changes.map(describeChange)).toEqual(['~ service ssh running → stopped, enabled → disabled']);
    expect([changed, again.changed]).toEqual([true, false]);
  });

  it('has nothing to stop where there is no service', async () => {
    expect(
      await linesOf({}, (host) => ensureService(host, { name: 'ksm', running: false, enabled: false })),
    ).toEqual([]);
  });

  it.each([
    ['is not there', {}, 'kvm1 has no service ksm'],
    [
      'is masked',
      { ksm: { running: false, enabled: 'masked' as const } },
      'service ksm is masked: `systemctl unmask ksm` lets it start',
    ],
    [
      'others start',
      { ksm: { enabled: 'fixed' as const } },
      "service ksm cannot be enabled, other units start it (static): enabled should be 'unchanged'",
    ],
  ])('refuses one that %s', async (_, services, sentence) => {
    await expect(ensureService(fakeHost({ services }), { name: 'ksm' })).rejects.toThrow(
      new PlanError(sentence),
    );
  });

  it('refuses to disable by an alias what shall go on running', async () => {
    const services = { sshd: { unit: 'ssh', running: true, enabled: true } };

    await expect(ensureService(fakeHost({ services }), { name: 'sshd', enabled: false })).rejects.toThrow(
      new PlanError(
        'sshd is an alias of service ssh and is removed when that is disabled: name should be ssh',
      ),
    );
  });

  it('leaves a masked service masked that shall not run', async () => {
    const services = { ksm: { running: false, enabled: 'masked' as const } };

    expect(
      await linesOf({ services }, (host) =>
        ensureService(host, { name: 'ksm', running: false, enabled: false }),
      ),
    ).toEqual([]);
  });

  it.each(['--now', 'a b', '', "x'"])('refuses the name %j', (name) => {
    expect(() => ensureService.task.validate({ name })).toThrow(TaskInputError);
  });
});
