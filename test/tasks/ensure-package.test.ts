import { describe, expect, it } from '@jest/globals';
import {
  ensureFile,
  ensureLines,
  ensurePackage,
  ensureService,
  PlanError,
  TaskInputError,
} from '../../src/index.ts';
import { describeChange } from '../../src/changes/index.ts';
import { fakeHost } from '../../src/testing.ts';
import { centos7 } from '../../src/testing/platforms.ts';
import { linesOf, notRoot } from './system-support.ts';

describe('ensurePackage', () => {
  it('installs what is missing, together', async () => {
    const host = fakeHost({ packages: { chrony: '4.3-1' } });

    const { output } = await ensurePackage(host, { name: ['tuned', 'chrony', 'ethtool'] });

    expect(host.changes).toEqual([{ kind: 'package.install', manager: 'yum', names: ['tuned', 'ethtool'] }]);
    expect(output.versions).toEqual({ tuned: '', chrony: '4.3-1', ethtool: '' });
  });

  it('does nothing where all is there', async () => {
    expect(
      await linesOf({ packages: { chrony: '1' } }, (host) => ensurePackage(host, { name: 'chrony' })),
    ).toEqual([]);
    expect(await linesOf({}, (host) => ensurePackage(host, { name: 'chrony', state: 'absent' }))).toEqual([]);
  });

  it('removes what is there', async () => {
    expect(
      await linesOf({ packages: { a: '1', b: '2' } }, (host) =>
        ensurePackage(host, { name: ['a', 'c'], state: 'absent' }),
      ),
    ).toEqual(['- package a']);
  });

  it('removes what dpkg unpacked and could not configure', () => {
    const { task } = ensurePackage;
    const packages = { manager: 'apt', installed: new Map(), unfinished: new Set(['a']) } as const;

    const { changes } = task.plan(
      task.validate({ name: ['a', 'b'], state: 'absent' }),
      { platform: centos7, packages },
      { name: 'kvm1' },
    );

    expect(changes.map(describeChange)).toEqual(['- package a']);
  });

  it('lets a service be planned that the package may bring', async () => {
    const host = fakeHost();

    await ensurePackage(host, { name: 'chrony' });
    await ensureService(host, { name: 'chronyd' });

    expect(host.services.get('chronyd')).toMatchObject({ running: true, enabled: true });
  });

  it('lets what comes next be planned on what it brought, as a host does', async () => {
    const conf = '/etc/chrony.conf';
    const host = fakeHost({
      repository: {
        chrony: {
          version: '4.3-1',
          files: { [conf]: 'pool a\n' },
          services: { chronyd: { running: false } },
        },
      },
    });

    const { output } = await ensurePackage(host, { name: 'chrony' });
    await ensureLines(host, { path: conf, match: /^pool /, lines: ['pool b'] });
    await ensureService(host, { name: 'chronyd' });

    expect(output.versions).toEqual({ chrony: '4.3-1' });
    expect(host.changes.map(describeChange)).toEqual([
      '+ package chrony',
      `~ file ${conf}`,
      '~ service chronyd stopped → running',
    ]);
    await expect(ensurePackage(host, { name: 'ntp' })).rejects.toThrow('No package ntp available.');
  });

  it('leaves open in check mode what a package brings', async () => {
    const host = fakeHost({ checkMode: true });

    await ensurePackage(host, { name: 'chrony' });
    await ensureLines(host, { path: '/etc/chrony.conf', lines: ['pool b'] });
    await ensureFile(host, { path: '/etc/chrony.keys', content: '' });

    expect(host.changes.map(describeChange)).toEqual([
      '+ package chrony',
      '+ file /etc/chrony.keys mode 0644',
    ]);
    expect(host.warnings).toEqual([
      'the changes of /etc/chrony.conf are unknown until the package that may bring it is installed',
    ]);
  });

  it('refuses a host without a package manager, and one without root', async () => {
    const bare = { 'packages chrony': { installed: new Map() } };

    await expect(ensurePackage(fakeHost({ answers: bare }), { name: 'chrony' })).rejects.toThrow(
      new PlanError('kvm1 has none of apt, dnf, yum and zypper'),
    );
    await expect(ensurePackage(fakeHost(notRoot), { name: 'chrony' })).rejects.toThrow(PlanError);
  });

  it.each(['-y', 'a b', '', '@virtualization', "x'", 'chrony-'])('refuses the name %j', (name) => {
    expect(() => ensurePackage.task.validate({ name })).toThrow(TaskInputError);
    expect(() => ensurePackage.task.validate({ name: [name] })).toThrow(TaskInputError);
  });

  it('refuses an empty list', () => {
    expect(() => ensurePackage.task.validate({ name: [] })).toThrow(
      new TaskInputError('ensurePackage: name is empty, it should be the name of a package'),
    );
  });
});
