import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { playbookFolder, runProgram, type Ended } from '../cli/staged-package.ts';

const root = join(import.meta.dirname, '..', '..');
const installed = mkdtempSync(join(tmpdir(), 'kvmplay-installed-'));
/** Neither below the package nor below a folder with packages. */
const playbooks = playbookFolder({
  'hosts.yml': 'all:\n  hosts:\n    here:\n      ansible_connection: local\n      vlan: 10\n',
  'reads.ts': `import { readFile } from 'node:fs/promises';
import { ensureVlan, play } from 'kvmplay';
import { z } from 'zod';

export default play({
  name: 'reads',
  hosts: 'all',
  vars: z.object({ vlan: z.number() }),
  async run(host) {
    await host.read(\`test \${host.vars.vlan} = 10\`);
    if (typeof ensureVlan !== 'function') throw new Error(await readFile('/dev/null', 'utf8'));
  },
});\n`,
  'wrong.ts': `import { ensureVlan, play } from 'kvmplay';

export default play({
  name: 'wrong',
  hosts: 'all',
  async run(host) {
    await ensureVlan(host, { parent: 'eno5', idd: 10 });
  },
});\n`,
});

beforeAll(() => {
  npm('pack', ['--pack-destination', installed], root);
  writeFileSync(join(installed, 'package.json'), '{ "private": true }');
  const archive = readdirSync(installed).find((file) => file.endsWith('.tgz')) ?? '';
  npm(
    'install',
    ['--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund', `./${archive}`],
    installed,
  );
}, 120_000);

afterAll(() => {
  for (const folder of [installed, playbooks]) rmSync(folder, { recursive: true, force: true });
});

function npm(command: string, args: readonly string[], cwd: string): void {
  execFileSync('npm', [command, ...args], { cwd, stdio: ['ignore', 'ignore', 'pipe'] });
}

function kvmplay(...args: readonly string[]): Promise<Ended> {
  return runProgram([join(installed, 'node_modules', '.bin', 'kvmplay'), ...args], { cwd: playbooks });
}

describe('the package as npm installs it', () => {
  it('runs a playbook that lies in a folder without package.json', async () => {
    expect(await kvmplay('run', 'reads.ts', '-i', 'hosts.yml')).toMatchObject({ code: 0, stderr: '' });
  });

  it('checks the types of a playbook with the compiler that it brings', async () => {
    const { code, stderr } = await kvmplay('run', 'wrong.ts', '-i', 'hosts.yml');

    expect(code).toBe(1);
    expect(stderr).toContain(
      "wrong.ts:7:46: Object literal may only specify known properties, and 'idd' does not exist in type 'DesiredVlan'",
    );
  });

  it('brings the lab with the files that its hosts boot from', async () => {
    writeFileSync(
      join(installed, 'lab.mjs'),
      "import { openLab } from 'kvmplay/lab';\nawait openLab('nowhere').catch(({ message }) => console.log(message));\n",
    );
    const sources = join(installed, 'node_modules', 'kvmplay', 'src', 'lab');

    expect(await runProgram([process.execPath, 'lab.mjs'], { cwd: installed })).toMatchObject({
      code: 0,
      stdout: `there is no lab in ${join(installed, 'nowhere')}\n`,
    });
    expect(['relay.js', 'guest/init.sh'].filter((file) => !existsSync(join(sources, file)))).toEqual([]);
  });

  it('brings the pages of the tasks', async () => {
    expect(await kvmplay('doc')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^ensureVlan {2}/m),
    });
  });
});
