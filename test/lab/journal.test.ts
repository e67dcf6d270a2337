import { copyFileSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RunEvent } from '../../src/engine/events.ts';
import type { Lab } from '../../src/lab/index.ts';
import { playbookFolder, runProgram, stagePackage, type Ended } from '../cli/staged-package.ts';
import { compareStates, makeBare, readFiles, ringLab, surveyLab } from './support/lab.ts';

const names = ['kvm1', 'kvm2', 'kvm3'];
const staged = stagePackage();
const folder = playbookFolder({
  'br7.ts': `import { check, ensureBridge, play } from 'kvmplay';

export default play({
  name: 'br7',
  hosts: 'kvm',
  rollout: { window: 1 },
  // It runs while the host is locked.
  probes: [check('nobody knows the owner', 'cp /run/kvmplay/$(ls /run/kvmplay | sed -n "s/^token[.][a-z]*[.]\\\\([^.]*\\\\)[.].*/\\\\1/p")/owner /tmp/br7-owner')],
  async run(host) {
    await ensureBridge(host, { name: 'br7', ports: ['eno5'] });
  },
});
`,
});
copyFileSync(join(import.meta.dirname, '..', '..', 'playbooks', 'bond6.ts'), join(folder, 'bond6.ts'));
let lab: Lab;

beforeAll(async () => {
  lab = await ringLab();
  await makeBare(lab, names);
}, 120_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

type OnStdout = NonNullable<Parameters<typeof runProgram>[1]['onStdout']>;

interface CliRun extends Ended {
  /** `kvm1 changed`, and the error if there is one. */
  readonly ends: readonly string[];
}

async function kvmplay(words: string, onStdout?: OnStdout): Promise<CliRun> {
  const args = words.split(' ').map((word) => (word === 'HOSTS' ? lab.inventoryFile : word));
  const ended = await runProgram([staged.main, ...args, '--output', 'jsonl'], {
    cwd: folder,
    env: { XDG_STATE_HOME: folder },
    ...(onStdout !== undefined && { onStdout }),
  });
  return { ...ended, ends: endsOf(ended.stdout) };
}

async function planFile(words: string): Promise<Ended> {
  const args = words.split(' ').map((word) => (word === 'HOSTS' ? lab.inventoryFile : word));
  return await runProgram([staged.main, ...args], { cwd: folder });
}

function endsOf(text: string): readonly string[] {
  return text
    .split('\n')
    .filter((line) => line.endsWith('}'))
    .map((line) => JSON.parse(line) as RunEvent)
    .flatMap((event) => {
      if (event.type !== 'host.end') return [];
      return [`${event.host} ${event.outcome}${event.error === undefined ? '' : `: ${event.error.message}`}`];
    })
    .sort();
}

async function readWhole(name: string): Promise<{ readonly state: unknown; readonly files: string }> {
  const files = await readFiles(lab, name);
  return {
    state: (await surveyLab(lab, name)).get(name),
    // Without the times of change: files that are put back are new ones.
    files: files.replaceAll(/ \d{4}-\d\d-\d\d .*$/gm, ''),
  };
}

describe('kvmplay undo', () => {
  it('brings a host back to what it was before L3, refuses another hand, and is ok the second time', async () => {
    const before = await readWhole('kvm1');
    const done = await kvmplay('run bond6.ts -i HOSTS -l kvm1 --no-type-check');
    expect(done).toMatchObject({ code: 0, ends: ['kvm1 changed'] });

    await lab.read('kvm1', 'ip link set brvlan6-10 down');
    const refused = await kvmplay('undo last');
    expect(refused.code).toBe(2);
    expect(refused.ends).toEqual([
      expect.stringMatching(/^kvm1 failed: kvm1 has drifted from run \S+: brvlan6-10 is down, not up$/),
    ]);
    await lab.read('kvm1', 'ip link set brvlan6-10 up');

    expect((await kvmplay('undo last')).ends).toEqual(['kvm1 changed']);
    const after = await readWhole('kvm1');
    expect(compareStates(before.state, after.state)).toEqual([]);
    expect(after.files).toBe(before.files);
    expect((await kvmplay('undo last')).ends).toEqual(['kvm1 ok']);
  }, 150_000);
});

describe('kvmplay run --resume', () => {
  it('touches only what is left after the controller was killed', async () => {
    const killed = await kvmplay('run br7.ts -i HOSTS --no-type-check', (text, kill) => {
      if (text.includes('"host.end"')) kill('SIGKILL');
    });
    expect(killed).toMatchObject({ code: null, ends: ['kvm1 changed'] });

    const resumed = await kvmplay('run --resume last --no-type-check');

    expect(resumed).toMatchObject({ code: 0, ends: ['kvm2 changed', 'kvm3 changed'] });
    expect(await lab.read('kvm2', 'cat /tmp/br7-owner')).toMatch(
      /^\S+@\S+, process \d+, run \d{8}-\d{6}-\d{5}, since 2\d{3}-\d\d-\d\d [\d:]{8} UTC\n$/,
    );
    expect((await kvmplay('undo last')).ends).toEqual(['kvm2 changed', 'kvm3 changed']);
    expect(await lab.read('kvm2', 'ls /sys/class/net')).not.toContain('br7');
  }, 150_000);
});

describe('kvmplay plan and apply', () => {
  it('change exactly what was reviewed, once, and no host that has drifted', async () => {
    const planned = await planFile('plan br7.ts -i HOSTS -l kvm2,kvm3 -o br7.json --no-type-check');
    expect(planned).toMatchObject({ code: 0, stderr: '' });
    expect(statSync(join(folder, 'br7.json')).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(folder, 'br7.txt'), 'utf8')).toContain('+ bridge br7');

    await lab.read('kvm3', 'ip link set eno5 mtu 1400');
    const applied = await kvmplay('apply br7.json -i HOSTS');
    await lab.read('kvm3', 'ip link set eno5 mtu 1500');

    expect(applied.code).toBe(2);
    expect(applied.ends).toEqual([
      'kvm2 changed',
      'kvm3 failed: kvm3 has drifted from br7.json: mtu of eno5 is 1400, not 1500',
    ]);
    expect((await kvmplay('apply br7.json -i HOSTS')).ends).toEqual(['kvm2 ok', 'kvm3 changed']);
    expect((await kvmplay('run br7.ts -i HOSTS -l kvm2,kvm3 --no-type-check')).ends).toEqual([
      'kvm2 ok',
      'kvm3 ok',
    ]);
  }, 150_000);
});
