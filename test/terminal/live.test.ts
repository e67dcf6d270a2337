import { join } from 'node:path';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { stagePackage } from '../cli/staged-package.ts';
import { PseudoTerminal } from './support/pseudo-terminal.ts';

// Processes are started here, and a busy machine takes its time.
jest.setTimeout(120_000);

const staged = stagePackage();
const fleet = join(import.meta.dirname, 'support', 'fleet.mjs');
const hosts = 200;
const running: PseudoTerminal[] = [];

afterEach(() => running.splice(0).forEach((terminal) => terminal.kill()));

interface Screen {
  readonly rows?: number;
  readonly columns?: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** A run of 200 hosts, shown on a terminal. */
function show(screen: Screen = {}, settings: Readonly<Record<string, unknown>> = {}): PseudoTerminal {
  const argv = [process.execPath, fleet, join(staged.folder, 'dist'), JSON.stringify({ hosts, ...settings })];
  const terminal = new PseudoTerminal(argv, { cwd: staged.folder, ...screen });
  running.push(terminal);
  return terminal;
}

const isBar = (line: string): boolean => /[█░]{5}/.test(line);
const isUnderWay = (line: string): boolean => /^ {2}kvm\d{3} {2}[a-z]+ /.test(line);

interface Look {
  /** What stands on the screen. */
  readonly screen: readonly string[];
  /** Lines of a frame, wherever they are. */
  readonly bars: number;
  readonly underWay: number;
  /** Those that have scrolled away, where nobody can erase them. */
  readonly stale: readonly string[];
}

function look({ emulator }: PseudoTerminal): Look {
  const [all, screen] = [emulator.everything(), emulator.screen()];
  const scrolledAway = all.slice(0, all.length - screen.length);
  const ofFrame = (line: string): boolean => isBar(line) || isUnderWay(line);
  return {
    screen,
    bars: all.filter(isBar).length,
    underWay: all.filter(isUnderWay).length,
    stale: scrolledAway.filter(ofFrame),
  };
}

function watch(terminal: PseudoTerminal): Look[] {
  const looks: Look[] = [];
  terminal.watch(() => looks.push(look(terminal)));
  return looks;
}

/** Each host once, as it ended, and nothing of a frame. */
function expectWholeReport({ emulator }: PseudoTerminal): void {
  const lines = emulator.everyLine();
  const recap = lines.indexOf('recap');
  // A host that could not be reached says so beneath the task that needed it.
  const told = lines.slice(0, recap).filter((line) => !line.endsWith('  unreachable'));
  const ended = told.flatMap((line) => /^(kvm\d{3}) {2}/.exec(line)?.[1] ?? []);
  const wanted = Array.from({ length: hosts }, (_, index) => `kvm${String(index + 1).padStart(3, '0')}`);
  expect(ended.toSorted()).toEqual(wanted);
  expect(lines.filter((line) => isBar(line) || isUnderWay(line))).toEqual([]);
  expect(lines).toContain(`play fleet: ${hosts} hosts`);
  expect(lines.at(-1)).toMatch(/^200 hosts: 4 failed, 5 unreachable, 50 changed, 141 ok; [\d.]+ s$/);
  expect(emulator.isCursorHidden).toBe(false);
}

describe('the live report of 200 hosts', () => {
  it('is one frame, never higher than half of 30 rows, and ends with each host once', async () => {
    const terminal = show({ rows: 30 });
    const looks = watch(terminal);

    expect(await terminal.ends()).toBe(0);

    const frames = looks.filter(({ bars }) => bars > 0);
    expect(frames.length).toBeGreaterThan(10);
    expect(Math.max(...looks.map(({ bars }) => bars))).toBe(1);
    // An empty line, the counts and the bar besides; a twelfth stands where nobody else is under way.
    expect([11, 12]).toContain(Math.max(...looks.map(({ underWay }) => underWay)));
    expect(looks.flatMap(({ stale }) => stale)).toEqual([]);
    for (const { screen } of frames) expect(screen.findIndex(isBar)).toBe(screen.length - 1);
    expectWholeReport(terminal);
  });

  it('fits into 40 columns and 12 rows', async () => {
    const terminal = show({ columns: 40, rows: 12 });
    const looks = watch(terminal);

    expect(await terminal.ends()).toBe(0);

    expect(Math.max(...looks.map(({ bars }) => bars))).toBe(1);
    // A third stands where nobody else is under way.
    expect([2, 3]).toContain(Math.max(...looks.map(({ underWay }) => underWay)));
    expect(looks.flatMap(({ stale }) => stale)).toEqual([]);
    expectWholeReport(terminal);
  });

  it('follows the terminal through other sizes, and leaves no line behind', async () => {
    const terminal = show({ rows: 30 }, { pace: 4 });

    for (const [columns, rows] of [
      [60, 30],
      [60, 16],
      [40, 16],
      [40, 12],
      [120, 50],
      [100, 30],
    ] as const) {
      await terminal.shows(/[█░]{5}.*of 200 hosts/);
      await terminal.resize(columns, rows);
      await new Promise((resolve) => setTimeout(resolve, 400));
    }
    expect(terminal.exitCode).toBeUndefined();
    expect(await terminal.ends()).toBe(0);

    expectWholeReport(terminal);
  });

  it('keeps what a playbook prints, each on a line of its own', async () => {
    const terminal = show({}, { console: true });

    expect(await terminal.ends()).toBe(0);

    const printed = terminal.emulator.everyLine().filter((line) => line.includes('printed'));
    expect(printed.toSorted()).toEqual(
      ['001', '021', '041', '061', '081', '101', '121', '141', '161', '181'].map(
        (number) => `printed by kvm${number}`,
      ),
    );
    expectWholeReport(terminal);
  });

  it('is drawn at most ten times a second, each time at once', async () => {
    const terminal = show({}, { pace: 2 });
    const started = Date.now();

    await terminal.ends();

    const drawings = terminal.output.split('\u001b[?2026h').length - 1;
    const ends = terminal.output.split('\u001b[?2026l').length - 1;
    expect(drawings).toBe(ends);
    expect(drawings).toBeLessThanOrEqual((Date.now() - started) / 100 + 1);
  });

  it('has no colours with NO_COLOR', async () => {
    const terminal = show({ env: { NO_COLOR: '1' } });

    await terminal.ends();

    expect(terminal.output).not.toMatch(/\u001b\[[\d;]*m/);
    expectWholeReport(terminal);
  });

  it('costs less than 1 % of a core per 100 hosts', async () => {
    const settings = { pace: 20, forks: hosts, cpu: true };
    const [live, silent] = [show({}, settings), show({}, { ...settings, silent: true })];

    await Promise.all([live.ends(), silent.ends()]);

    const [spent, besides] = [cpuOf(live), cpuOf(silent)];
    expect((spent.cpu - besides.cpu) / spent.seconds / (hosts / 100)).toBeLessThan(0.01);
  });
});

function cpuOf({ emulator }: PseudoTerminal): { readonly cpu: number; readonly seconds: number } {
  const [, cpu, seconds] = /^CPU ([\d.]+) s in ([\d.]+) s$/.exec(emulator.everyLine().at(-1) ?? '') ?? [];
  return { cpu: Number(cpu), seconds: Number(seconds) };
}
