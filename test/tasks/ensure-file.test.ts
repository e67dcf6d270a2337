import { describe, expect, it } from '@jest/globals';
import { ensureFile, PlanError, TaskInputError } from '../../src/index.ts';
import { fakeHost } from '../../src/testing.ts';
import { linesOf, notRoot } from './system-support.ts';

const path = '/etc/motd';
const theirs = { content: 'hello\n', mode: 0o640, owner: 'qemu', group: 'kvm' };

describe('ensureFile', () => {
  it("makes a file that is root's and for everybody to read", async () => {
    const host = fakeHost();

    const { changed, output } = await ensureFile(host, { path, content: 'welcome\n' });

    expect({ changed, output }).toEqual({ changed: true, output: { path } });
    expect(host.changes).toEqual([{ kind: 'file.write', path, mode: 0o644, after: 'welcome\n' }]);
  });

  it('makes a file with owner and mode', async () => {
    const made = await linesOf({}, (host) =>
      ensureFile(host, { path, content: '', mode: '4750', owner: 'qemu', group: 'kvm' }),
    );

    expect(made).toEqual(['+ file /etc/motd mode 4750 owner qemu group kvm']);
  });

  it('keeps owner and mode of a file that is there', async () => {
    const host = fakeHost({ files: { [path]: theirs } });

    await ensureFile(host, { path, content: 'welcome\n' });

    expect(host.files.get(path)).toEqual({ ...theirs, content: 'welcome\n' });
  });

  it('changes only what differs', async () => {
    const files = { [path]: theirs };

    expect(
      await linesOf({ files }, (host) => ensureFile(host, { path, content: 'hello\n', mode: '0640' })),
    ).toEqual([]);
    expect(
      await linesOf({ files }, (host) => ensureFile(host, { path, content: 'hello\n', owner: 'root' })),
    ).toEqual(['~ file /etc/motd owner qemu → root']);
    expect(
      await linesOf({ files }, (host) =>
        ensureFile(host, { path, content: 'new\n', mode: '600', group: 'kvm' }),
      ),
    ).toEqual(['~ file /etc/motd', '~ file /etc/motd mode 0640 → 0600']);
  });

  it('removes a file and knows how it was', async () => {
    const host = fakeHost({ files: { [path]: theirs } });

    await ensureFile(host, { path, state: 'absent' });
    await ensureFile(host, { path, state: 'absent' });

    const { content: before, ...rest } = theirs;
    expect(host.changes).toEqual([{ kind: 'file.delete', path, ...rest, before }]);
  });

  it('marks the change of a secret file', async () => {
    const host = fakeHost({ files: { [path]: 'old' } });

    await ensureFile(host, { path, content: 'token', secret: true });
    await ensureFile(host, { path, state: 'absent', secret: true });

    expect(host.changes.map((change) => 'secret' in change && change.secret)).toEqual([true, true]);
  });

  it('marks new content that readers of the old file shall not see', async () => {
    const host = fakeHost({ files: { [path]: 'public\n' } });

    await ensureFile(host, { path, content: 'token\n', mode: '0600' });

    expect(host.changes).toEqual([
      { kind: 'file.write', path, mode: 0o644, before: 'public\n', after: 'token\n', secret: true },
      { kind: 'file.update', path, before: { mode: 0o644 }, after: { mode: 0o600 } },
    ]);
  });

  it('shows nothing of a secret in an error', () => {
    expect(() => ensureFile.task.validate({ path, content: 'token\0', secret: true })).toThrow(
      new TaskInputError('ensureFile /etc/motd: content should be text without NUL bytes'),
    );
  });

  it.each([
    ['a symbolic link to /run/motd', { is: 'a symbolic link to /run/motd' }],
    ['a folder', { is: 'a folder' }],
    ['a binary file', { is: 'a binary file' }],
  ])('refuses %s', async (what, file) => {
    const host = fakeHost({ files: { [path]: file } });

    await expect(ensureFile(host, { path, content: '' })).rejects.toThrow(
      new PlanError(`/etc/motd is ${what}, it should be a text file`),
    );
    await expect(ensureFile(host, { path, state: 'absent' })).rejects.toThrow(PlanError);
  });

  it('refuses to change anything without root', async () => {
    await expect(ensureFile(fakeHost(notRoot), { path, content: '' })).rejects.toThrow(
      new PlanError('the login user is not root: -b or ansible_become: true makes it root'),
    );
  });

  it.each([
    'etc/motd',
    '/etc/',
    '/',
    '/etc//motd',
    '/etc/../motd',
    '/etc/.',
    '/sys/kernel/mm/ksm/run',
    '/proc/x',
    '/a\nb',
  ])('refuses the path %j', (wrong) => {
    const subject = wrong.includes('\n') ? JSON.stringify(wrong) : wrong;

    expect(() => ensureFile.task.validate({ path: wrong, content: '' })).toThrow(
      `ensureFile ${subject}: path is ${JSON.stringify(wrong)}, it should be the absolute path of a file, such as "/etc/hosts", that is not below /dev, /proc or /sys`,
    );
  });

  it.each([
    [
      'a mode as a number',
      { content: '', mode: 644 },
      "mode is 644, it should be permission bits in octal, such as '0644'",
    ],
    ['NUL bytes', { content: 'a\0' }, 'content is "a\\u0000", it should be text without NUL bytes'],
    ['no content', {}, 'content is missing, it should be the text of the file'],
    [
      'content of a file that shall go',
      { state: 'absent', content: '' },
      'content is given, it should be left out with state absent',
    ],
    [
      'a large content',
      { content: 'x'.repeat(262_145) },
      'content has 262145 bytes, it should have at most 262144',
    ],
    [
      'an owner by number',
      { content: '', owner: '0' },
      'owner is "0", it should be the name of a user, such as "root"',
    ],
  ])('refuses %s', (_, rest, sentence) => {
    expect(() => ensureFile.task.validate({ path, ...rest })).toThrow(
      new TaskInputError(`ensureFile /etc/motd: ${sentence}`),
    );
  });
});
