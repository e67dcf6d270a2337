import { describe, expect, it } from '@jest/globals';
import type { Fact } from '../../../src/model/fact.ts';
import type { Task } from '../../../src/model/task.ts';
import { runOn } from '../greeting.ts';

function factOf(name: string, script: string): Fact<string> {
  return {
    name,
    script,
    parse: (output) => {
      if (output.includes('nonsense')) throw new Error(`${name} tells nonsense`);
      return output.trim();
    },
    after: (value) => value,
  };
}

const facts = {
  sound: factOf('sound', 'echo fine'),
  broken: factOf('broken', 'echo no disk >&2; exit 4'),
  odd: factOf('odd', 'echo nonsense'),
};

/** A task that asks for all three facts and reads some. */
function taskReading(...keys: readonly (keyof typeof facts)[]): Task<undefined, typeof facts, string> {
  return {
    name: 'ask',
    facts,
    validate: () => undefined,
    subject: () => '',
    plan: (_, answers) => {
      for (const key of keys) expect(answers[key]).toBe('fine');
      return { changes: [], warnings: [] };
    },
    output: () => 'done',
  };
}

describe('a fact that fails', () => {
  it('fails no host where nobody reads it', async () => {
    const { summary } = await runOn(['kvm1'], async (host) => {
      await host.perform(taskReading('sound'), undefined);
    });

    expect(summary.hosts[0]).toMatchObject({ outcome: 'ok' });
  });

  it.each<[string, keyof typeof facts, string]>([
    ['whose script fails', 'broken', 'the script of fact broken ended with code 4: no disk'],
    ['whose output is unknown', 'odd', 'odd tells nonsense'],
  ])('%s fails the task that reads it', async (_case, key, message) => {
    const { summary, tasks } = await runOn(['kvm1'], async (host) => {
      await host.perform(taskReading('sound'), undefined);
      await host.perform(taskReading(key), undefined);
    });

    expect(tasks).toEqual(['ok ask', 'failed ask']);
    expect(summary.hosts[0]?.error?.message).toContain(message);
  });

  it('throws in the playbook that asks for it alone', async () => {
    await runOn(['kvm1'], async (host) => {
      await expect(host.fact(facts.sound)).resolves.toBe('fine');
      await expect(host.fact(facts.odd)).rejects.toThrow('odd tells nonsense');
    });
  });
});
