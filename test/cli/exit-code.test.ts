import { describe, expect, it } from '@jest/globals';
import { exitCodeOf } from '../../src/cli/exit-code.ts';
import type { HostOutcome, RunSummary } from '../../src/engine/events.ts';

function summaryOf(outcomes: readonly HostOutcome[], checkMode: boolean): RunSummary {
  const hosts = outcomes.map((outcome, index) => ({
    play: 'play',
    playIndex: 0,
    host: `kvm${index + 1}`,
    outcome,
    tasks: { ok: 0, changed: 0, failed: 0, skipped: 0 },
    connections: 1,
    execs: 1,
    milliseconds: 1,
  }));
  return { checkMode, hosts, reporterErrors: [] };
}

interface Circumstances {
  readonly checkMode?: boolean;
  readonly detailed?: boolean;
}

describe('exitCodeOf', () => {
  it.each<[string, readonly HostOutcome[], Circumstances, number]>([
    ['all hosts ok', ['ok', 'ok'], {}, 0],
    ['hosts changed', ['ok', 'changed'], {}, 0],
    ['hosts changed, detailed but no check mode', ['changed'], { detailed: true }, 0],
    ['check mode found changes', ['changed'], { checkMode: true }, 0],
    ['check mode found changes, detailed', ['ok', 'changed'], { checkMode: true, detailed: true }, 3],
    ['check mode found none, detailed', ['ok'], { checkMode: true, detailed: true }, 0],
    ['a host failed', ['ok', 'failed', 'changed'], {}, 2],
    ['a host failed and one was unreachable', ['unreachable', 'failed'], {}, 2],
    ['a host failed in detailed check mode', ['changed', 'failed'], { checkMode: true, detailed: true }, 2],
    ['a host was unreachable', ['ok', 'unreachable', 'changed'], {}, 4],
    [
      'a host was unreachable in detailed check mode',
      ['changed', 'unreachable'],
      { checkMode: true, detailed: true },
      4,
    ],
    ['the user stopped it', ['changed', 'skipped'], {}, 1],
    ['the user stopped it after a host failed', ['failed', 'skipped'], {}, 2],
  ])('answers when %s', (_, outcomes, { checkMode = false, detailed = false }, code) => {
    expect(exitCodeOf(summaryOf(outcomes, checkMode), detailed)).toBe(code);
  });
});
