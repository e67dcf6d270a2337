import { describe, expect, it } from '@jest/globals';
import type { RunEventBody } from '../../src/engine/events.ts';
import { ttyReporter } from '../../src/reporters/tty.ts';
import type { TtyOptions } from '../../src/reporters/tty.ts';
import type { Frame, Terminal, TerminalSize } from '../../src/reporters/tty-terminal.ts';
import { Emulator } from '../support/emulator.ts';
import { expectGolden } from './golden.ts';
import { changed, idle, rolledBack, unreachable } from './hosts.ts';
import { end, hostRun, run, task, warning } from './scripted-run.ts';

const begin = '\u001b[?2026h';

/** A terminal whose time passes when told. */
class FakeTerminal implements Terminal {
  readonly emulator: Emulator;
  text = '';
  frame: Frame | undefined;
  size: () => TerminalSize;
  #time = 1_700_000_000_000;
  #timers: { readonly at: number; readonly work: () => void }[] = [];

  constructor(columns = 80, rows = 24) {
    this.emulator = new Emulator(columns, rows);
    this.size = () => ({ columns, rows });
  }

  write = (text: string): void => void (this.text += text);
  now = (): number => this.#time;

  attach = (frame: Frame): (() => void) => {
    this.frame = frame;
    return () => (this.frame = undefined);
  };

  after = (milliseconds: number, work: () => void): (() => void) => {
    const timer = { at: this.#time + milliseconds, work };
    this.#timers.push(timer);
    return () => (this.#timers = this.#timers.filter((other) => other !== timer));
  };

  get timers(): number {
    return this.#timers.length;
  }

  get drawings(): number {
    return this.text.split(begin).length - 1;
  }

  async pass(milliseconds: number): Promise<void> {
    const until = this.#time + milliseconds;
    for (;;) {
      // Blocks of hosts are put together in the meantime.
      await new Promise((resolve) => setImmediate(resolve));
      const [next] = this.#timers.toSorted((a, b) => a.at - b.at);
      if (next === undefined || next.at > until) break;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.#time = Math.max(this.#time, next.at);
      next.work();
    }
    this.#time = until;
  }

  async screen(): Promise<readonly string[]> {
    await this.emulator.write(this.text);
    this.text = '';
    return this.emulator.screen();
  }
}

/** A reporter on a fake terminal, and how to tell it. */
function start(terminal = new FakeTerminal(), options: Partial<TtyOptions> = {}) {
  const reporter = ttyReporter({ terminal, colour: false, diff: false, verbose: 0, ...options });
  let seq = 0;
  return {
    terminal,
    tell: (...bodies: readonly RunEventBody[]): Promise<unknown> =>
      Promise.all(
        bodies.map(async (body) => {
          seq += 1;
          await reporter.onEvent({ at: terminal.now(), ...body, seq });
        }),
      ),
  };
}

function runStart(hosts: readonly string[], plays = ['bond6']): readonly RunEventBody[] {
  return [
    { type: 'run.start', checkMode: false, plays },
    { type: 'play.start', play: 'bond6', playIndex: 0, hosts },
  ];
}

function underWay(host: string, phase: 'connect' | 'survey' | 'apply' | 'rollback'): readonly RunEventBody[] {
  const at = { play: 'bond6', playIndex: 0, host };
  return [
    { type: 'host.start', ...at },
    { type: 'task.start', ...at, index: 0, task: 'ensureBond', subject: 'bond6' },
    { type: 'host.phase', ...at, phase },
  ];
}

const names = (number: number): readonly string[] =>
  Array.from({ length: number }, (_, index) => `kvm${String(index + 1).padStart(3, '0')}`);

const runEnd = run({ bond6: [changed] }).at(-1) as RunEventBody;

describe('ttyReporter', () => {
  it('shows hosts under way beneath those that have ended', async () => {
    const { terminal, tell } = start();
    const hosts = ['kvm1', 'kvm-rack2-14', 'kvm4', 'kvm5', ...names(6)];

    await tell(...runStart(hosts), ...underWay('kvm002', 'apply'));
    await terminal.pass(3000);
    await tell(...changed, ...rolledBack, ...unreachable, ...idle, ...underWay('kvm001', 'survey'));
    await terminal.pass(61_000);
    await tell(...underWay('kvm003', 'rollback'), ...underWay('kvm004', 'connect'));
    await terminal.pass(100);

    await expectGolden('tty-under-way', (await terminal.screen()).join('\n') + '\n');
  });

  it('shows where a rollout is', async () => {
    const { terminal, tell } = start();
    const [first = '', ...others] = names(5);
    const wave = { play: 'bond6', playIndex: 0, wave: 'canary' };

    await tell(...runStart([first, ...others], ['bond6', 'vlans']), {
      type: 'wave.start',
      ...wave,
      hosts: [first],
    });
    await tell(...hostRun([task(first, 0, { outcome: 'changed' })], end(first, { outcome: 'changed' })));
    await tell({ type: 'wave.soak', ...wave, seconds: 60 });
    await terminal.pass(13_000);

    await expectGolden('tty-rollout', (await terminal.screen()).join('\n') + '\n');
  });

  it('ends with the recap, nothing of the frame, and the cursor where it was', async () => {
    const { terminal, tell } = start(new FakeTerminal(), { colour: true });

    for (const event of run({ bond6: [changed, idle, unreachable] })) {
      await tell(event);
      await terminal.pass(150);
    }

    await expectGolden('tty-end', (await terminal.screen()).join('\n') + '\n');
    expect(terminal.emulator.isCursorHidden).toBe(false);
    expect(terminal).toMatchObject({ timers: 0, frame: undefined });
  });

  it('draws at most ten times a second', async () => {
    const { terminal, tell } = start();
    await tell(...runStart(names(1000)));
    terminal.text = '';

    for (const host of names(1000)) {
      await tell(...hostRun([task(host, 0)], end(host)));
      await terminal.pass(2);
    }

    expect(terminal.drawings).toBeGreaterThan(15);
    expect(terminal.drawings).toBeLessThanOrEqual(21);
  });

  it('draws once a second while nothing happens but time', async () => {
    const { terminal, tell } = start();
    await tell(...runStart(names(3)), ...underWay('kvm001', 'apply'));
    await terminal.pass(100);
    terminal.text = '';

    await terminal.pass(10_000);

    expect(terminal.drawings).toBe(10);
  });

  it('puts what others write above the frame, each on a line of its own', async () => {
    const { terminal, tell } = start();
    await tell(...runStart(names(3)), ...underWay('kvm001', 'apply'));
    await terminal.pass(100);
    await tell(...hostRun([task('kvm002', 0)], end('kvm002')));
    await new Promise((resolve) => setImmediate(resolve));

    terminal.frame?.interrupt('half a line', terminal.write);
    terminal.frame?.interrupt('a whole one\n', terminal.write);
    await terminal.pass(100);

    expect(await terminal.screen()).toEqual([
      'play bond6: 3 hosts',
      'kvm002  ok       1 task',
      'half a line',
      'a whole one',
      '',
      expect.stringContaining('kvm001  apply'),
      '  1 ok, 1 running, 1 waiting',
      expect.stringContaining('1 of 3 hosts'),
    ]);
  });

  it.each([
    ['half as large', { columns: 40, rows: 12 }],
    ['lower', { columns: 80, rows: 12 }],
    ['narrower', { columns: 20, rows: 24 }],
    ['larger', { columns: 120, rows: 50 }],
  ])('leaves nothing behind in a terminal that became %s', async (_, size) => {
    const { terminal, tell } = start();
    await tell(...runStart(names(30)), ...names(20).flatMap((host) => underWay(host, 'apply')));
    await terminal.pass(100);
    await terminal.screen();

    terminal.emulator.resize(size.columns, size.rows);
    terminal.size = () => size;
    terminal.frame?.redraw();
    await terminal.pass(100);
    await terminal.screen();

    const lines = terminal.emulator.everyLine();
    const hosts = lines.filter((line) => /^ {2}kvm/.test(line));
    expect(lines).toEqual(
      [
        'play bond6: 30 hosts',
        '',
        ...hosts,
        expect.stringMatching(/… and \d+ more|kvm020/),
        expect.stringMatching(/^ {2}20 running, 10 w/),
        expect.stringContaining('0 of 30 hosts'),
      ].filter((line, index, all) => !(size.rows > 40 && index === all.length - 3)),
    );
    expect(new Set(hosts).size).toBe(hosts.length);
  });

  it('leaves nothing behind in a terminal that became narrower while the frame was made', async () => {
    const { terminal, tell } = start(new FakeTerminal(60, 16));
    await tell(...runStart(names(30)), ...names(20).flatMap((host) => underWay(host, 'apply')));
    await terminal.pass(100);
    await terminal.screen();

    let columns = 60;
    terminal.size = () => {
      const size = { columns, rows: 16 };
      // Who asks learns of the size until now.
      columns = 20;
      terminal.emulator.resize(columns, 16);
      return size;
    };
    await terminal.pass(1000);
    await terminal.screen();

    const hosts = terminal.emulator.everyLine().filter((line) => line.startsWith('  kvm'));
    expect(hosts).toHaveLength(4);
    expect(hosts.filter((line) => line.length > 19)).toEqual([]);
  });

  it('tells who was under way when the program has to leave, and leaves no frame', async () => {
    const { terminal, tell } = start();
    await tell(...runStart(names(30)), ...names(10).flatMap((host) => underWay(host, 'apply')));
    await terminal.pass(100);

    terminal.write(terminal.frame?.leave() ?? '');

    await terminal.screen();
    expect(terminal.emulator.everyLine()).toEqual([
      'play bond6: 30 hosts',
      'left with 10 hosts under way: kvm001 (apply), kvm002 (apply), kvm003 (apply), kvm004 (apply), kvm005 (apply), kvm006 (apply), kvm007 (apply), kvm008 (apply) and 2 more',
    ]);
    expect(terminal.emulator.isCursorHidden).toBe(false);
    expect(terminal).toMatchObject({ timers: 0, frame: undefined });
  });

  it('goes on without a frame when it cannot be drawn, and says so at the end', async () => {
    const { terminal, tell } = start();
    await tell(...runStart(['kvm1']));
    const { size } = terminal;
    terminal.size = () => {
      throw new Error('no such terminal');
    };
    await terminal.pass(100);
    terminal.size = size;

    await tell(...changed);

    await expect(tell(runEnd)).rejects.toThrow('no such terminal');
    expect((await terminal.screen()).join('\n')).toMatch(
      /^play bond6: 1 host\nkvm1 {2}changed[^]*1 host: 1 changed/,
    );
  });

  it('says the same as the plain report about what changes', async () => {
    const { terminal, tell } = start(new FakeTerminal(200, 50), { diff: true, verbose: 3 });

    await tell(...run({ bond6: [changed, idle] }));

    const text = (await terminal.screen()).join('\n');
    expect(text).toContain(warning);
    expect(text).toContain('$ ip link set dev eno4 master bond6');
    expect(text).toContain('kvm5  ok       ensureBridge br6');
  });
});

describe('the frame', () => {
  const sizes = [1, 2, 3, 4, 5, 7, 12, 30].flatMap((rows) =>
    [1, 5, 20, 40, 79, 200].map((columns) => ({ rows, columns })),
  );
  const hosts = [
    ...names(40),
    'ein-sehr-langer-name.rechenzentrum-2.example.com',
    '虚拟机-001',
    'e\u0301vil\u001b[2J\n',
  ];

  it.each(sizes)('has its place in $rows rows of $columns columns', async ({ rows, columns }) => {
    const { terminal, tell } = start(new FakeTerminal(columns, rows), { colour: true });
    await tell(
      ...runStart(hosts, ['bond6', 'vlans']),
      { type: 'wave.start', play: 'bond6', playIndex: 0, wave: 'wave 1 of 3', hosts },
      ...hosts.flatMap((host) => underWay(host, 'apply')),
    );
    await terminal.pass(1000);
    await terminal.screen();
    const before = terminal.emulator.everything().length;

    for (const host of names(10)) {
      await tell({ type: 'host.phase', play: 'bond6', playIndex: 0, host, phase: 'commit' });
      await terminal.pass(1000);
    }

    await terminal.screen();
    expect(terminal.emulator.everything()).toHaveLength(before);
    expect(terminal.emulator.everything().filter((line) => /[█░]/.test(line)).length).toBeLessThanOrEqual(1);
  });
});
