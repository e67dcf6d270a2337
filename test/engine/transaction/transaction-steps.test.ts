import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseTransactionResult } from '../../../src/engine/transaction/transaction-result.ts';
import { endScript, launchScript } from '../../../src/engine/transaction/transaction-script.ts';
import type { GuardedWork } from '../../../src/engine/transaction/transaction-work.ts';
import type { Command } from '../../../src/model/command.ts';
import type { Step } from '../../../src/model/step.ts';
import { needPrograms } from '../../support/packages.ts';
import { prepare, snapshot, steps, world } from './step-arbitrary.ts';

const shells = ['dash', 'bash', 'busybox'] as const;

beforeAll(() => needPrograms({ dash: 'dash', busybox: 'busybox' }), 120_000);

/** A folder that stands for a host: its scripts run with one shell as `sh`, and see their files below it. */
class ScriptHost {
  readonly folder = mkdtempSync(join(tmpdir(), 'kvmplay-transaction-'));

  constructor(shell: (typeof shells)[number]) {
    const bin = join(this.folder, 'bin');
    mkdirSync(bin);
    symlinkSync(execFileSync('which', [shell], { encoding: 'utf8' }).trim(), join(bin, 'sh'));
    mkdirSync(join(this.folder, 'etc'));
    this.run(prepare);
  }

  run(script: string): string {
    const moved = script.replaceAll(/(?<![\w.])\/(run|var\/lib|etc)(?=\/)/g, `${this.folder}/$1`);
    return execFileSync('sh', ['-s'], {
      input: moved,
      encoding: 'utf8',
      env: { ...process.env, PATH: `${join(this.folder, 'bin')}:${process.env['PATH'] ?? ''}` },
      stdio: ['pipe', 'pipe', 'ignore'],
    });
  }

  /** All that steps and files leave. */
  look(): string {
    return this.run(`${snapshot}\nsnapshot; cd /etc/ && find . -type f | sort | xargs -r grep -H ''`);
  }

  /** What is there of transactions. */
  leftovers(): string {
    return this.run(
      'ls /run/kvmplay/ | grep token | grep -v free; find /etc/ -name "*kvmplay*"; ls /var/lib/kvmplay/*/ | grep -E "unfinished|restoring"; true',
    );
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}

const id = '20260101000000-0badcafe';
/** Nothing has been changed since the boot. */
const generation = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();

function launch(host: ScriptHost, work: Partial<GuardedWork>): string {
  const whole = { changes: [], steps: [], files: [], staged: [], probes: [], ...work };
  return host.run(launchScript(whole, { id, owner: 'ada', confirmTimeout: 30 }, { generation }));
}

function outcomeOf(output: string): string {
  const { outcome, words, undoErrors } = parseTransactionResult(output);
  return [outcome, ...words, ...(undoErrors === 0 ? [] : [`${String(undoErrors)} not undone`])].join(' ');
}

const file = { path: '/etc/network', content: { after: 'new\n' }, permissions: { mode: 0o644 } };
const fails: Command = { argv: ['sh', '-c', 'echo broken >&2; exit 7'] };

function settled(index: number): Step {
  const mark = `${world}/settled-${String(index)}`;
  return {
    brings: [],
    run: [],
    undo: [{ argv: ['rmdir', mark], unless: `[ ! -e ${mark} ]` }],
    settle: [{ argv: ['mkdir', mark] }],
  };
}

describe.each(shells)('a transaction of steps in %s', (shell) => {
  function withHost(use: (host: ScriptHost) => void): void {
    const host = new ScriptHost(shell);
    try {
      use(host);
    } finally {
      host.remove();
    }
  }

  it('leaves the host as before when it is rolled back, and when one of its steps fails', () => {
    const plan = fc.record({ list: steps, failsAt: fc.option(fc.nat(4)), after: fc.nat(2) });
    fc.assert(
      fc.property(plan, ({ list, failsAt, after }) =>
        withHost((host) => {
          const before = host.look();
          const at = failsAt === null ? undefined : failsAt % list.length;
          const broken = list.map((step, index) =>
            index === at ? { ...step, run: [...step.run.slice(0, after), fails] } : step,
          );

          const launched = outcomeOf(launch(host, { steps: broken, files: [file] }));

          if (at === undefined) {
            expect(launched).toBe('applied');
            expect(outcomeOf(host.run(endScript(id, 'rollback', 30)))).toBe('rolled-back controller');
          } else {
            const place = Math.min(after, list[at]?.run.length ?? 0);
            expect(launched).toBe(`failed-step ${String(at)} ${String(place)} 7`);
          }
          expect(host.look()).toBe(before);
        }),
      ),
      { numRuns: 3 },
    );
  });

  it('commits its files, has them read, and settles its steps', () =>
    withHost((host) => {
      const accept: Command = { argv: ['sh', '-c', `cat > ${world}/read`], input: 'whole\n' };
      launch(host, { steps: [settled(0), settled(1)], files: [file], accept: [accept] });

      const outcome = outcomeOf(host.run(endScript(id, 'commit', 30)));

      expect(outcome).toBe('committed');
      expect(host.run(`cat /etc/network ${world}/read; ls -d ${world}/settled-*`)).toMatch(
        /^new\nwhole\n\S+settled-0\n\S+settled-1\n$/,
      );
      expect(host.leftovers()).toBe('');
    }));

  it.each<[string, string, Partial<GuardedWork>]>([
    [
      'a file is not taken',
      'failed-accept 1 7',
      { accept: [{ argv: ['true'] }, fails], steps: [settled(0)] },
    ],
    [
      'a step cannot be settled',
      'failed-settle 1 0 7',
      { steps: [settled(0), { ...settled(1), settle: [fails] }] },
    ],
    [
      'a step cannot be settled and there are no files',
      'failed-settle 1 0 7',
      { files: [], steps: [settled(0), { ...settled(1), settle: [fails] }] },
    ],
  ])('puts its files back and undoes its steps when %s', (_, outcome, work) =>
    withHost((host) => {
      const before = host.look();
      launch(host, { files: [file], ...work });

      const ended = host.run(endScript(id, 'commit', 30));

      expect(outcomeOf(ended)).toBe(outcome);
      expect(ended).toContain('| broken\n');
      expect(host.look()).toBe(before);
      expect(host.leftovers()).toBe('');
    }),
  );

  it('asks who has read the new files to read the old ones again', () =>
    withHost((host) => {
      const read: Command = { argv: ['sh', '-c', 'cat /etc/old* /etc/network >> /run/read 2>&1; true'] };
      host.run('echo old > /etc/old');
      launch(host, { files: [file], accept: [read, fails] });

      host.run(endScript(id, 'commit', 30));

      expect(host.run('cat /run/read')).toMatch(/^old\nnew\nold\n.*No such file.*\n$/i);
    }));

  it('counts the commands of an undo that fail, and undoes the rest', () =>
    withHost((host) => {
      const [first = settled(0)] = fc.sample(steps, 1)[0] ?? [];
      const stuck: Step = { brings: [], run: [{ argv: ['true'] }], undo: [fails, fails] };
      const before = host.look();
      launch(host, { steps: [first, stuck] });

      const ended = host.run(endScript(id, 'rollback', 30));

      expect(outcomeOf(ended)).toBe('rolled-back controller 2 not undone');
      expect(ended).toContain('| broken\n| broken\n');
      expect(host.look()).toBe(before);
    }));
});
