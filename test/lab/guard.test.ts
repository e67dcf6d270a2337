import { execFile } from 'node:child_process';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { ensureBridge, play, type Play } from 'kvmplay';
import { runCli } from '../../src/cli/cli.ts';
import type { Lab } from '../../src/lab/index.ts';
import { fakeIo } from '../cli/fake-io.ts';
import {
  compareStates,
  makeBare,
  type NetworkState,
  outcomes,
  readFiles,
  ringLab,
  runOnLab,
  surveyLab,
} from './support/lab.ts';

let lab: Lab;

beforeAll(async () => {
  lab = await ringLab();
  await makeBare(lab, ['kvm3']);
}, 90_000);

interface Whole {
  readonly state: NetworkState | undefined;
  readonly files: string;
}

async function readWhole(): Promise<Whole> {
  return { state: (await surveyLab(lab, 'kvm3')).get('kvm3'), files: await readFiles(lab, 'kvm3') };
}

/** Resolves with the signal that ended it. */
function runDyingController(): Promise<string | undefined> {
  const words = ['scripts/run.mjs', 'test/lab/support/dying-controller.ts'];
  const args = [...words, lab.inventoryFile, lab.knownHostsFile, 'kvm3'];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { timeout: 60_000 }, (error) => resolve(error?.signal ?? undefined));
  });
}

interface GuardRun {
  readonly code: number;
  readonly text: string;
}

async function guard(action: string, ...more: readonly string[]): Promise<GuardRun> {
  const io = fakeIo();
  const code = await runCli(['guard', action, '-i', lab.inventoryFile, 'kvm3', ...more], io);
  return { code, text: io.written.stdout + io.written.stderr };
}

function bridgePlay(name: string, port: string): Play {
  return play<unknown>({
    name,
    hosts: 'kvm3',
    run: async (host) => {
      await ensureBridge(host, { name, ports: [port] });
    },
  });
}

/** What the dying controller wants. */
const br7 = bridgePlay('br7', 'eno5');
const br8 = bridgePlay('br8', 'eno4');

describe('a change whose controller was killed before it confirmed', () => {
  it('is shown by guard list with the seconds left, and undone by guard rollback', async () => {
    const before = await readWhole();
    expect(await runDyingController()).toBe('SIGKILL');

    const shown = JSON.parse((await guard('list', '--json')).text) as Record<string, unknown>;
    expect(shown).toEqual({
      kvm3: {
        state: 'armed',
        id: expect.stringMatching(/^\d{14}-[0-9a-f]{8}$/),
        owner: expect.stringMatching(/^ada from desk7, since 2\d{3}-\d\d-\d\d [\d:]{8} UTC$/),
        secondsLeft: expect.any(Number),
        unfinished: [],
      },
    });
    const { secondsLeft } = shown['kvm3'] as { readonly secondsLeft: number };
    expect(secondsLeft).toBeGreaterThan(10);
    expect(secondsLeft).toBeLessThanOrEqual(90);
    expect((await guard('list')).text).toMatch(
      /^HOST {2}STATE {2}ID +OWNER +SECONDS LEFT\nkvm3 {2}armed {2}\S+ {2}ada from desk7, since [\d: -]+ UTC {2}\d+\n$/,
    );
    expect(outcomes(await runOnLab(lab, [br7]))).toEqual([
      expect.stringMatching(
        /^kvm3 failed: kvm3 is being changed by ada from desk7, since [\d: -]+ UTC \(`kvmplay guard list` shows it\); nothing was changed $/,
      ),
    ]);
    expect(await guard('clear')).toEqual({
      code: 2,
      text: expect.stringMatching(
        /^kvm3 {2}failed: transaction \S+ is armed, and has something to undo: .*\n$/,
      ),
    });

    expect(await guard('rollback')).toEqual({
      code: 0,
      text: expect.stringMatching(/^kvm3 {2}transaction \S+ is rolled back\n$/),
    });

    expect(await guard('list')).toEqual({ code: 0, text: 'HOST  STATE\nkvm3  none\n' });
    const after = await readWhole();
    expect(compareStates(before.state, after.state)).toEqual([]);
    expect(after.files).toBe(before.files);
  }, 180_000);
});

describe('a guard that was killed', () => {
  it('is told by guard list, started again, and undoes the change in its time', async () => {
    const before = await readWhole();
    expect(await runDyingController()).toBe('SIGKILL');
    await lab.read(
      'kvm3',
      // The guard's session lives as long as the sleep it waits for.
      'kill -9 $(ls /run/kvmplay/2*/ | sed -n "s/^guard[.]\\([0-9]*\\)-.*/\\1/p" | tail -n 1); sleep 2',
    );

    expect((await guard('list')).text).toContain('armed, guard was dead');
    await lab.read('kvm3', 'for name in /run/kvmplay/2*/deadline.*; do mv $name ${name%.*}.0; done');
    await lab.read('kvm3', 'until ls /run/kvmplay/token.free.* >/dev/null 2>&1; do sleep 0.1; done');

    const after = await readWhole();
    expect(compareStates(before.state, after.state)).toEqual([]);
    expect(after.files).toBe(before.files);
  }, 120_000);
});

describe('a transaction that has something to undo', () => {
  it('is dropped by guard clear with --force alone', async () => {
    expect(await runDyingController()).toBe('SIGKILL');

    expect((await guard('clear')).code).toBe(2);
    expect((await guard('clear', '--force')).text).toMatch(/^kvm3 {2}dropped transaction /);

    expect(await lab.read('kvm3', 'ls /sys/class/net/br7/brif')).toBe('eno5\n');
    expect(await guard('list')).toEqual({ code: 0, text: 'HOST  STATE\nkvm3  none\n' });
    await lab.read('kvm3', 'ip link delete br7');
    expect(outcomes(await runOnLab(lab, [br8]))).toEqual(['kvm3 changed']);
  }, 120_000);
});

describe('a change whose controller was killed, and that is wanted', () => {
  it('stays when guard confirm says so, with its files in place and nothing left to do', async () => {
    expect(await runDyingController()).toBe('SIGKILL');

    expect(await guard('confirm')).toEqual({
      code: 0,
      text: expect.stringMatching(/^kvm3 {2}transaction \S+ is confirmed, and its files are in place\n$/),
    });

    expect(await guard('list')).toEqual({ code: 0, text: 'HOST  STATE\nkvm3  none\n' });
    expect(await lab.read('kvm3', 'ls /sys/class/net/br7/brif')).toBe('eno5\n');
    expect(await readFiles(lab, 'kvm3')).toContain('ifcfg-br7 ');
    expect(outcomes(await runOnLab(lab, [br7]))).toEqual(['kvm3 ok']);
  }, 180_000);
});
