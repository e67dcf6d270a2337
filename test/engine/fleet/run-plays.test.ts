import { describe, expect, it } from '@jest/globals';
import type { RunEvent } from '../../../src/engine/events.ts';
import { play, type Play } from '../../../src/engine/fleet/play.ts';
import { UnreachableError } from '../../../src/errors.ts';
import type { Host } from '../../../src/model/host.ts';
import { Secrets } from '../../../src/model/secrets.ts';
import { localTransport } from '../../../src/transports/local.ts';
import type { Transport } from '../../../src/transports/transport.ts';
import { ensureGreeting, runOn } from '../greeting.ts';

const dead: Transport = { connect: () => Promise.reject(new UnreachableError('kvm2 does not answer')) };

describe('runPlays', () => {
  it('asks a host that needs nothing in one connection and one exec', async () => {
    const { summary } = await runOn(['kvm1'], async (host) => {
      await host.perform(ensureGreeting, 'hello');
      await host.perform(ensureGreeting, 'hello');
    });

    expect(summary.hosts).toMatchObject([{ outcome: 'ok', connections: 1, execs: 1, tasks: { ok: 2 } }]);
  });

  it('lets a task see what the tasks before it will have done', async () => {
    const outputs: string[] = [];

    const { summary } = await runOn(
      ['kvm1'],
      async (host) => {
        outputs.push((await host.perform(ensureGreeting, 'bonjour')).output);
        const second = await host.perform(ensureGreeting, 'bonjour');
        outputs.push(String(second.changed));
      },
      { checkMode: true },
    );

    expect(outputs).toEqual(['bonjour', 'false']);
    expect(summary.hosts).toMatchObject([{ outcome: 'changed', execs: 1, tasks: { changed: 1, ok: 1 } }]);
  });

  it('shows secrets to nobody but a reporter that needs them', async () => {
    const secrets = new Secrets();
    secrets.add('geheim');
    const heard: RunEvent[] = [];

    const { events, summary } = await runOn(
      ['kvm1', 'geheim'],
      async (host) => {
        await host.perform(ensureGreeting, 'geheim');
        await host.read('echo geheim >&2; exit 3');
      },
      { secrets, checkMode: true },
    );
    await runOn(
      ['kvm1'],
      async (host) => {
        await host.perform(ensureGreeting, 'geheim');
      },
      {
        secrets,
        checkMode: true,
        reporters: [{ hearsSecrets: true, onEvent: (event) => void heard.push(event) }],
      },
    );

    // A name is no secret, even when it is one by chance.
    const told = JSON.stringify([events, summary])
      .replaceAll('"host":"geheim"', '')
      .replaceAll('["kvm1","geheim"]', '');
    expect(told).not.toContain('geheim');
    expect(summary.hosts[0]?.error).toMatchObject({
      message: '`echo ******** >&2; exit 3` ended with 3 on kvm1',
      details: ['********'],
    });
    expect(heard).toContainEqual(expect.objectContaining({ type: 'task.end', subject: 'geheim' }));
  });

  it('does not run a command in check mode, but reads', async () => {
    const answers: unknown[] = [];

    await runOn(
      ['kvm1'],
      async (host) => {
        answers.push(await host.exec('exit 7'), (await host.read('printf read')).stdout);
      },
      { checkMode: true },
    );

    expect(answers).toEqual([undefined, 'read']);
  });

  it('names a command that ended badly, and what it printed', async () => {
    const { summary } = await runOn(['kvm1'], async (host) => {
      await host.exec('echo "no such bridge" >&2; exit 7');
    });

    expect(summary.hosts[0]).toMatchObject({
      outcome: 'failed',
      error: { code: 'KVMPLAY_COMMAND', details: ['no such bridge'] },
    });
  });

  it('counts a host that does not answer as unreachable and skips it in later plays', async () => {
    const run = async (host: Host<unknown>): Promise<void> => {
      await host.perform(ensureGreeting, 'hello');
    };
    const plays: readonly Play[] = ['first', 'second'].map((name) =>
      play<unknown>({ name, hosts: 'all', run }),
    );

    const { summary } = await runOn(['kvm1', 'kvm2'], run, {
      plays,
      transportFor: ({ name }) => (name === 'kvm2' ? dead : localTransport()),
    });

    expect(summary.hosts.map(({ host, outcome }) => `${host} ${outcome}`)).toEqual([
      'kvm1 ok',
      'kvm2 unreachable',
      'kvm1 ok',
      'kvm2 skipped',
    ]);
  });

  it('fails a play that forgets an await, with the line', async () => {
    const { summary } = await runOn(['kvm1'], (host) => {
      void host.perform(ensureGreeting, 'hello');
      return Promise.resolve();
    });

    expect(summary.hosts[0]?.error?.message).toBe(
      'ensureGreeting is not awaited: write `await ensureGreeting(...)`',
    );
    expect(summary.hosts[0]?.error?.place).toMatch(/run-plays\.test\.ts:\d+:\d+$/);
  });

  it('tells which line of the playbook a failing task stands on, and skips what was only planned', async () => {
    const { events, summary } = await runOn(['kvm1'], async (host) => {
      await host.perform(ensureGreeting, 'bonjour');
      await host.perform(ensureGreeting, 'impossible');
    });

    expect(summary.hosts[0]?.error?.place).toMatch(/run-plays\.test\.ts:\d+:\d+$/);
    expect(events.filter(({ type }) => type === 'task.end')).toMatchObject([
      { index: 0, outcome: 'skipped', rolledBack: false },
      { index: 1, outcome: 'failed', error: { message: 'the greeting cannot be impossible' } },
    ]);
  });

  it('never has more hosts under way than forks', async () => {
    let running = 0;
    let most = 0;

    await runOn(
      ['a', 'b', 'c', 'd', 'e'],
      async () => {
        running += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => setTimeout(resolve, 5));
        running -= 1;
      },
      { forks: 2 },
    );

    expect(most).toBe(2);
  });

  it('goes on when a reporter throws, and says so', async () => {
    const { summary } = await runOn(['kvm1'], () => Promise.resolve(), {
      reporters: [
        {
          onEvent: () => {
            throw new Error('disk full');
          },
        },
      ],
    });

    expect(summary.reporterErrors).toEqual(['a reporter ended: disk full']);
    expect(summary.hosts[0]?.outcome).toBe('ok');
  });

  it('numbers its events and ends with the summary', async () => {
    const { events, summary } = await runOn(['kvm1', 'kvm2'], () => Promise.resolve());

    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    expect(events.at(-1)).toMatchObject({ type: 'run.end', summary });
  });
});
