import { rmSync } from 'node:fs';
import { afterAll, describe, expect, it, jest } from '@jest/globals';
import { spawn } from '@lydell/node-pty';
import { playbookFolder, stagePackage } from '../cli/staged-package.ts';

// Processes are started here, and a busy machine takes its time.
jest.setTimeout(60_000);

const staged = stagePackage();
const folder = playbookFolder({
  'hosts.yml': 'all:\n  vars: { ansible_connection: local }\n  hosts: { kvm1: , kvm2: }\n',
  'steps.ts': `import { command, play } from 'kvmplay';

export default play({
  name: 'steps',
  hosts: 'all',
  async run(host) {
    await command(host, { argv: ['printf', 'one'] });
    await command(host, { argv: ['printf', 'two'] });
  },
});\n`,
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const prompt = '(q)uit? ';

/** Answers each prompt in turn, and gives what stands on the terminal at the end. */
function step(answers: readonly string[]): Promise<{ readonly code: number; readonly screen: string }> {
  return new Promise((resolve) => {
    const left = [...answers];
    let screen = '';
    let answered = 0;
    const args = [staged.main, 'run', 'steps.ts', '-i', 'hosts.yml', '--no-type-check', '--step'];
    const env = {
      ...process.env,
      NO_COLOR: '1',
      XDG_STATE_HOME: `${folder}/.state`,
      XDG_CACHE_HOME: `${folder}/.cache`,
    };
    const terminal = spawn(process.execPath, args, { cwd: folder, cols: 100, rows: 40, env });
    terminal.onData((text) => {
      screen += text;
      if (screen.split(prompt).length - 1 <= answered) return;
      answered += 1;
      terminal.write(left.shift() ?? '');
    });
    terminal.onExit(({ exitCode }) => resolve({ code: exitCode, screen: screen.replaceAll('\r', '') }));
  });
}

describe('kvmplay run --step', () => {
  it('asks on the terminal host by host, and skips what is declined', async () => {
    const { code, screen } = await step(['y\r', 'n\r', 'c\r']);

    expect(code).toBe(0);
    expect(screen.split(prompt)).toHaveLength(4);
    for (const line of [
      'kvm1  changed  command printf one',
      'kvm1  skipped  command printf two (declined)',
      'kvm2  changed  command printf one',
      'kvm2  changed  command printf two',
    ])
      expect(screen).toContain(`\n${line}\n`);
  });

  it.each([
    ['q', 'q\r'],
    ['Ctrl-C', '\u0003'],
    ['the end of input', '\u0004'],
  ])('ends the run on %s', async (_, answer) => {
    const { code, screen } = await step(['y\r', answer]);

    expect(code).toBe(1);
    expect(screen).toContain('kvm1  changed  command printf one');
    expect(screen).toContain('\nkvm1  skipped  command printf two\n');
    expect(screen).toContain('\n2 hosts: 2 skipped;');
  });
});
