import { describe, expect, it } from '@jest/globals';
import type { RunEvent } from '../../src/engine/events.ts';
import { jsonLinesReporter } from '../../src/reporters/json-lines.ts';
import { expectGolden } from './golden.ts';
import { bondTask, end, hostRun, run, task, warning } from './scripted-run.ts';

function report(events: readonly RunEvent[]): string {
  const texts: string[] = [];
  const reporter = jsonLinesReporter({ write: (text) => texts.push(text) });
  events.forEach((event) => void reporter.onEvent(event));
  return texts.join('');
}

const events = run({
  bond6: [
    hostRun(
      [task('kvm1', 0, { ...bondTask, warnings: [warning] }), task('kvm1', 1)],
      end('kvm1', { outcome: 'changed' }),
    ),
  ],
});

describe('jsonLinesReporter', () => {
  it('writes every event as a line', async () => {
    await expectGolden('json-lines', report(events));
  });

  it('writes what parses back to the event', () => {
    const lines = report(events).trimEnd().split('\n');

    expect(lines).toHaveLength(events.length);
    expect(JSON.parse(lines[0] ?? '')).toEqual(events[0]);
    expect(JSON.parse(lines.at(-1) ?? '')).toEqual(events.at(-1));
  });

  it('leaves out what is in files that only their owner may read', () => {
    const text = report(events);

    expect(text).not.toContain('password');
    expect(text).toContain(
      '"path":"/etc/secret","mode":384,"before":"(not shown: mode 0600)","after":"(not shown: mode 0600)"',
    );
  });
});
