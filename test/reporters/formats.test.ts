import { describe, expect, it } from '@jest/globals';
import type { Reporter, RunEvent } from '../../src/engine/events.ts';
import { githubReporter, jsonReporter, junitReporter } from '../../src/reporters/index.ts';
import { expectGolden } from './golden.ts';
import { changed, idle, lostInTask, notRolledBack, rolledBack, unreachable } from './hosts.ts';
import { end, hostRun, run, task } from './scripted-run.ts';

type Create = (write: (text: string) => void) => Reporter;

const formats: Readonly<Record<string, Create>> = {
  json: (write) => jsonReporter({ write }),
  junit: (write) => junitReporter({ write }),
  github: (write) => githubReporter({ write, diff: true, verbose: 0 }),
  'github-summary': (writeSummary) =>
    githubReporter({ write: () => undefined, writeSummary, diff: false, verbose: 0 }),
};

/** What is written of a run; events are told without waiting, as the engine does. */
async function report(create: Create, events: readonly RunEvent[]): Promise<string> {
  let text = '';
  const reporter = create((part) => void (text += part));
  await Promise.all(events.map(async (event) => reporter.onEvent(event)));
  return text;
}

const skipped = hostRun(
  [],
  end('kvm9', {
    outcome: 'skipped',
    error: { code: 'KVMPLAY_BUDGET', message: 'canary kvm4 is unreachable' },
  }),
).toSpliced(0, 2);
const hosts = [changed, rolledBack, notRolledBack, unreachable, idle, lostInTask, skipped];
const evil = '<b>&"\u0000\u001b[2J|]]>\n::set-env name=PATH::x\n ::error::y ##[error]z';
const error = { code: 'KVMPLAY_COMMAND', message: evil, details: [evil] };
const wicked = hostRun(
  [task('kvm1', 0, { subject: evil, outcome: 'failed', error })],
  end('kvm1', { outcome: 'failed', error }),
);

describe.each(Object.keys(formats))('format %s', (name) => {
  const create = formats[name] as Create;

  it('tells of hosts of every outcome in two plays', async () => {
    const again = hostRun([task('kvm5', 0, { play: 'vlans' })], end('kvm5', { play: 'vlans' }));

    await expectGolden(`format-${name}`, await report(create, run({ bond6: hosts, vlans: [again] })));
  });

  it('tells of check mode', async () => {
    await expectGolden(
      `format-${name}-check-mode`,
      await report(create, run({ bond6: [changed] }, { checkMode: true })),
    );
  });

  it('takes no harm from what a host says', async () => {
    await expectGolden(`format-${name}-wicked`, await report(create, run({ bond6: [wicked] })));
  });

  it('tells of a run without hosts', async () => {
    await expectGolden(`format-${name}-no-hosts`, await report(create, run({ bond6: [] })));
  });

  it('keeps contents of private files to itself', async () => {
    expect(await report(create, run({ bond6: [changed] }))).not.toContain('password=');
  });
});

describe('jsonReporter', () => {
  it('writes one document, with hosts in inventory order whatever the order they end in', async () => {
    const events = run({ bond6: [changed, idle] });
    const first = events.filter((event) => 'host' in event && event.host === 'kvm1');
    const others = events.filter((event) => !first.includes(event));
    const reordered = [...others.slice(0, -2), ...first, ...others.slice(-2)];

    const { plays } = JSON.parse(await report(formats['json'] as Create, reordered)) as {
      plays: { hosts: { host: string; tasks: unknown[] }[] }[];
    };

    expect(plays.map((play) => play.hosts.map(({ host, tasks }) => [host, tasks.length]))).toEqual([
      [
        ['kvm1', 2],
        ['kvm5', 2],
      ],
    ]);
  });
});

describe('junitReporter', () => {
  it('writes nothing that XML has no way to write', async () => {
    const subject = '\u0001\ud800\udc00\ud800x\uffff\u007f';
    const host = hostRun([task('kvm1', 0, { subject })], end('kvm1'));

    expect(await report(formats['junit'] as Create, run({ bond6: [host] }))).toContain(
      '"kvm1: ensureBridge \ufffd\ud800\udc00\ufffdx\ufffd\u007f"',
    );
  });

  it('names the cases of plays of one name apart', async () => {
    const host = hostRun([task('kvm1', 0)], end('kvm1'));
    const twice = run([
      ['bond6', [host]],
      ['bond6', [host]],
    ]);

    const xml = await report(formats['junit'] as Create, twice);

    expect([...xml.matchAll(/classname="([^"]*)"/g)].map(([, name]) => name)).toEqual([
      'bond6, play 1',
      'bond6, play 2',
    ]);
  });

  it('counts what it lists', async () => {
    const xml = await report(formats['junit'] as Create, run({ bond6: hosts }));
    const number = (pattern: RegExp): number => [...xml.matchAll(pattern)].length;
    const [, tests, failures, errors, skips] =
      /<testsuites name="kvmplay" tests="(\d+)" failures="(\d+)" errors="(\d+)" skipped="(\d+)"/.exec(xml) ??
      [];

    expect([tests, failures, errors, skips].map(Number)).toEqual([
      number(/<testcase /g),
      number(/<failure/g),
      number(/<error/g),
      number(/<skipped/g),
    ]);
  });
});
