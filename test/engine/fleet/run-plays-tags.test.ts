import { describe, expect, it } from '@jest/globals';
import { command } from '../../../src/actions/command.ts';
import { play } from '../../../src/engine/fleet/play.ts';
import type { Host } from '../../../src/model/host.ts';
import { ensureGreeting, runOn } from '../greeting.ts';

async function greetTwice(host: Host<unknown>): Promise<void> {
  await host.tagged('french').perform(ensureGreeting, 'bonjour');
  await host.perform(ensureGreeting, 'hello');
}

describe('runPlays with tags', () => {
  it('skips what they leave out, and tells why', async () => {
    const { tasks, events } = await runOn(['kvm1'], greetTwice, { checkMode: true, tags: ['french'] });

    expect(tasks).toEqual(['changed ensureGreeting bonjour', 'skipped ensureGreeting hello (tags)']);
    expect(events.filter(({ type }) => type === 'task.end')).toMatchObject([
      { tags: ['french'] },
      expect.not.objectContaining({ tags: expect.anything() }),
    ]);
  });

  it('skips what is to be skipped', async () => {
    const { tasks, summary } = await runOn(['kvm1'], greetTwice, { skipTags: ['french'] });

    expect(tasks).toEqual(['skipped ensureGreeting bonjour (tags)', 'ok ensureGreeting hello']);
    expect(summary.hosts).toMatchObject([{ outcome: 'ok', execs: 1, tasks: { ok: 1, skipped: 1 } }]);
  });

  it('hands the tags of a play and of a block on to the tasks within', async () => {
    const tagged = play<unknown>({
      name: 'greet',
      hosts: 'all',
      tags: ['words'],
      run: async (host) => greetTwice(host.tagged('block')),
    });

    const { events } = await runOn(['kvm1'], tagged, { checkMode: true });

    expect(events.filter(({ type }) => type === 'task.end')).toMatchObject([
      { tags: ['words', 'block', 'french'] },
      { tags: ['words', 'block'] },
    ]);
  });

  it('gives a skipped task the output of the host as it is', async () => {
    const outputs: string[] = [];

    await runOn(
      ['kvm1'],
      async (host) => {
        const first = await host.tagged('never').perform(ensureGreeting, 'bonjour');
        outputs.push(first.output, String(first.changed));
      },
      { checkMode: true },
    );

    expect(outputs).toEqual(['hello', 'false']);
  });

  it('says what is wrong when a skipped task has an output that the host does not tell', async () => {
    const tellsNothing: typeof ensureGreeting = {
      ...ensureGreeting,
      name: 'ensureLink',
      output: () => {
        throw new TypeError('undefined has no name');
      },
    };
    const run = async (host: Host<unknown>): Promise<void> => {
      const { output } = await host.tagged('link').perform(tellsNothing, 'bond6');
      await host.perform(ensureGreeting, output);
    };

    const unused = await runOn(
      ['kvm1'],
      async (host) => {
        await host.tagged('link').perform(tellsNothing, 'bond6');
      },
      { skipTags: ['link'] },
    );
    const used = await runOn(['kvm1'], run, { skipTags: ['link'] });

    expect(unused.summary.hosts[0]?.outcome).toBe('ok');
    expect(used.summary.hosts[0]).toMatchObject({
      outcome: 'failed',
      error: { message: 'ensureLink bond6 is skipped, and its output cannot be read from the host' },
    });
  });

  it('leaves out actions and commands too, but reads and asks facts', async () => {
    const answers: unknown[] = [];

    const { tasks } = await runOn(
      ['kvm1'],
      async (host) => {
        const other = host.tagged('other');
        answers.push((await command(other, { argv: ['false'] })).output);
        answers.push(await other.exec('exit 7'));
        answers.push((await other.read('printf read')).stdout);
      },
      { tags: ['french'] },
    );

    expect(answers).toEqual([undefined, undefined, 'read']);
    expect(tasks).toEqual(['skipped command false (tags)']);
  });

  it('refuses a tag that --tags could not say', async () => {
    const { summary } = await runOn(['kvm1'], (host) => greetTwice(host.tagged('a,b')));

    expect(summary.hosts[0]?.error?.message).toBe('tag "a,b" should be one word without commas');
    expect(() => play({ name: 'greet', hosts: 'all', tags: ['a b'], run: () => Promise.resolve() })).toThrow(
      'play "greet": tag "a b" should be one word without commas',
    );
  });

  it('notices a tagged task that is not awaited', async () => {
    const { summary } = await runOn(['kvm1'], (host) => {
      void host.tagged('french').perform(ensureGreeting, 'hello');
      return Promise.resolve();
    });

    expect(summary.hosts[0]?.error?.message).toBe(
      'ensureGreeting is not awaited: write `await ensureGreeting(...)`',
    );
  });
});

describe('runPlays step by step', () => {
  it('asks before each task that would change something, and skips what is declined', async () => {
    const asked: string[] = [];
    const french = async (host: Host<unknown>): Promise<void> => {
      await host.perform(ensureGreeting, 'hello');
      await host.perform(ensureGreeting, 'bonjour');
      await host.perform(ensureGreeting, 'salut');
    };

    const { tasks } = await runOn(['kvm1'], french, {
      checkMode: true,
      step: ({ host, task, subject, changes }) => {
        asked.push(`${host} ${task} ${subject} ${String(changes.length)}`);
        return Promise.resolve(subject === 'salut');
      },
    });

    expect(asked).toEqual(['kvm1 ensureGreeting bonjour 1', 'kvm1 ensureGreeting salut 1']);
    expect(tasks).toEqual([
      'ok ensureGreeting hello',
      'skipped ensureGreeting bonjour (step)',
      'changed ensureGreeting salut',
    ]);
  });

  it('asks before a command runs, but not before one that only reads', async () => {
    const asked: string[] = [];

    const { tasks } = await runOn(
      ['kvm1'],
      async (host) => {
        await command(host, { argv: ['true'], changedWhen: false });
        await command(host, { argv: ['false'] });
        await host.exec('exit 7');
      },
      {
        step: ({ task, subject }) => {
          asked.push(`${task} ${subject}`);
          return Promise.resolve(false);
        },
      },
    );

    expect(asked).toEqual(['command false', 'exec exit 7']);
    expect(tasks).toEqual(['ok command true', 'skipped command false (step)']);
  });

  it('stops when the answer cancels the run', async () => {
    const quit = new AbortController();

    const { summary } = await runOn(['kvm1', 'kvm2'], greetTwice, {
      forks: 1,
      signal: quit.signal,
      step: () => {
        quit.abort();
        return Promise.resolve(false);
      },
    });

    expect(summary.hosts.map(({ host, outcome }) => `${host} ${outcome}`)).toEqual([
      'kvm1 skipped',
      'kvm2 skipped',
    ]);
  });
});
