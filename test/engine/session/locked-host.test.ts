import { existsSync, readFileSync, rmSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { TaskEnd } from '../../../src/engine/events.ts';
import { platform } from '../../../src/facts/platform.ts';
import { ensureSysctl } from '../../../src/tasks/ensure-sysctl.ts';
import type { Host } from '../../../src/model/host.ts';
import { runOn, type GreetingRun } from '../greeting.ts';
import { scratchHost, type ScratchHost } from '../scratch-host.ts';

let host: ScratchHost;

beforeEach(() => {
  host = scratchHost();
  host.write('/proc/sys/net/ipv4/ip_forward', '0\n');
  host.write('/etc/sysctl.conf', '');
});

afterEach(() => host.remove());

async function forward(target: Host<unknown>): Promise<void> {
  await ensureSysctl(target, { key: 'net.ipv4.ip_forward', value: 1 });
}

function run(work = forward, options: { readonly checkMode?: boolean } = {}): Promise<GreetingRun> {
  return runOn(['kvm1'], work, { transportFor: () => host.transport, ...options });
}

function taskEnds({ events }: GreetingRun): readonly TaskEnd[] {
  return events.filter((event) => event.type === 'task.end');
}

describe('a host that somebody else is changing', () => {
  beforeEach(() => {
    host.write('/run/kvmplay/token.applied.20261130-ab12.1.-', '');
    host.write('/run/kvmplay/20261130-ab12/owner', 'ada@desk7, process 4711, since 2026-11-30\n');
  });

  it('skips its tasks, since nothing was changed, and says who, since when and where to look', async () => {
    const locked = await run();

    expect(locked.summary.hosts[0]).toMatchObject({
      outcome: 'failed',
      error: {
        code: 'KVMPLAY_HOST_LOCKED',
        message:
          'kvm1 is being changed by ada@desk7, process 4711, since 2026-11-30 (`kvmplay guard list` shows it); nothing was changed',
      },
      tasks: { ok: 0, changed: 0, failed: 0, skipped: 1 },
    });
    expect(taskEnds(locked)).toMatchObject([{ outcome: 'skipped', rolledBack: false }]);
  });

  it('lets its lock say nothing to a terminal', async () => {
    host.write('/run/kvmplay/20261130-ab12/owner', '\u001B]0;title\u0007::error::x\u009B2J\n');

    expect((await run()).summary.hosts[0]?.error?.message).toContain('changed by ]0;title ::error::x 2J (');
  });

  it('skips a task that comes after the refusal, and the action that waited for it', async () => {
    const locked = await run(async (target) => {
      await forward(target).catch(() => undefined);
      await target.exec('true').catch(() => undefined);
      await forward(target);
    });

    expect(locked.tasks).toEqual(['skipped ensureSysctl net.ipv4.ip_forward', 'skipped ensureSysctl']);
  });
});

describe('a host that somebody has changed since it was looked at', () => {
  it('skips its tasks, and says that a run on what is there now is needed', async () => {
    host.write('/run/kvmplay/token.free.20261130-ab12.0.-', '');
    const outdated = await run(async (target) => {
      await forward(target);
      rmSync(join(host.folder, '/run/kvmplay/token.free.20261130-ab12.0.-'));
      host.write('/run/kvmplay/token.free.20261130-cd34.0.-', '');
    });

    expect(outdated.summary.hosts[0]?.error).toMatchObject({
      code: 'KVMPLAY_HOST_LOCKED',
      message: 'kvm1 was changed by another run since it was looked at: run it again; nothing was changed',
    });
    expect(outdated.tasks).toEqual(['skipped ensureSysctl net.ipv4.ip_forward']);
  });

  it('is not planned on in two states', async () => {
    host.write('/run/kvmplay/token.free.20261130-ab12.0.-', '');
    const outdated = await run(async (target) => {
      await target.fact(platform);
      rmSync(join(host.folder, '/run/kvmplay/token.free.20261130-ab12.0.-'));
      host.write('/run/kvmplay/token.free.20261130-cd34.0.-', '');
      await forward(target);
    });

    expect(outdated.summary.hosts[0]?.error?.message).toContain('was changed by another run');
  });
});

describe('a host whose commit a power cut stopped', () => {
  const mark = '/var/lib/kvmplay/20261130-ab12/unfinished';

  it('is finished before its facts are asked', async () => {
    host.write(
      mark,
      `case $1 in pending) echo unfinished ;; finish) rm "$0"; echo outcome finished ;; esac\n`,
    );

    await run();

    expect(existsSync(join(host.folder, mark))).toBe(false);
  });

  it('is told under --check and left as it is', async () => {
    host.write(mark, 'case $1 in pending) echo unfinished; echo file /etc/ifcfg ;; *) rm "$0" ;; esac\n');

    const checked = await run(forward, { checkMode: true });

    expect(checked.summary.hosts[0]?.error?.message).toBe(
      'a power cut stopped a commit on kvm1: a run without --check first puts /etc/ifcfg in place',
    );
    expect(existsSync(join(host.folder, mark))).toBe(true);
  });

  it('is left alone when somebody has changed one of its files since', async () => {
    host.write(mark, 'case $1 in pending) echo conflict 0; echo file /etc/ifcfg ;; *) rm "$0" ;; esac\n');

    const refused = await run();

    expect(refused.summary.hosts[0]?.error?.message).toBe(
      'a power cut stopped the commit of transaction 20261130-ab12 on kvm1, and /etc/ifcfg was changed since: `kvmplay guard clear` leaves the files as they are; nothing was changed',
    );
    expect(existsSync(join(host.folder, mark))).toBe(true);
  });
});

describe('a host whose file was edited since it was read', () => {
  it('skips its tasks', async () => {
    const conflict = await run(async (target) => {
      await forward(target);
      host.write('/etc/sysctl.d/60-kvmplay.conf', 'edited = 1\n');
    });

    expect(conflict.summary.hosts[0]?.error?.message).toContain('changed since it was read');
    expect(conflict.tasks).toEqual(['skipped ensureSysctl net.ipv4.ip_forward']);
  });
});

describe('a host that is being changed', () => {
  it('is locked by who runs it', async () => {
    await run();

    const [lock = ''] = /transaction launch '[^']+'/.exec(host.scripts.join('\n')) ?? [];
    expect(lock).toContain(`${userInfo().username}@${hostname()}, process ${process.pid}, since 20`);
    expect(readFileSync(join(host.folder, '/proc/sys/net/ipv4/ip_forward'), 'utf8')).toBe('1\n');
  });
});
