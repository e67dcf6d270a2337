import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { playbookFolder, stagePackage } from '../cli/staged-package.ts';
import { needProgram } from '../support/packages.ts';
import { PseudoTerminal, type PseudoTerminalOptions } from './support/pseudo-terminal.ts';

// Processes are started here, and a busy machine takes its time.
jest.setTimeout(120_000);

const staged = stagePackage();
const playbook = (body: string): string => `import { command, play } from 'kvmplay';

export default play({
  name: 'site',
  hosts: 'all',
  async run(host) {
${body}
  },
});\n`;

const folder = playbookFolder({
  'hosts.yml': 'all:\n  vars: { ansible_connection: local }\n  hosts: { kvm1: , kvm2: }\n',
  'quick.ts': playbook(`await command(host, { argv: ['touch', \`\${host.name}.done\`] });`),
  'slow.ts': playbook(`await command(host, { argv: ['sleep', '60'] });`),
  // Nothing that a run could stop: an action under way comes to its end.
  'stuck.ts': `import { defineAction } from 'kvmplay';
import { z } from 'zod';

const wait = defineAction({
  name: 'wait',
  schema: z.strictObject({}),
  subject: () => '',
  effect: 'changes',
  async run(_, host) {
    console.log('nothing stops ' + host.name);
    await new Promise((resolve) => setTimeout(resolve, 60_000));
    return { changed: true, output: undefined };
  },
});

${playbook('await wait(host, {});')}`,
  'chatty.ts': playbook(`await command(host, { argv: ['sleep', '1'] });
    process.stderr.write('to standard error\\n');
    console.log('to standard output');
    await command(host, { argv: ['sleep', '1'] });`),
});
const running: PseudoTerminal[] = [];

beforeAll(() => needProgram('/usr/bin/xmllint', 'libxml2-utils'), 240_000);
afterEach(() => running.splice(0).forEach((terminal) => terminal.kill()));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function start(argv: readonly string[], options: Omit<PseudoTerminalOptions, 'cwd'> = {}): PseudoTerminal {
  const terminal = new PseudoTerminal(argv, { cwd: folder, ...options });
  running.push(terminal);
  return terminal;
}

const kvmplayRun = (playbookFile: string): readonly string[] => [
  process.execPath,
  staged.main,
  'run',
  playbookFile,
  '-i',
  'hosts.yml',
  '--no-type-check',
];

const escape = '\u001b[';
const frame = /2 running\n.*[█░]{5}/;

describe('kvmplay run on a terminal', () => {
  it('comes to an end on Ctrl-C, and gives the terminal back', async () => {
    const terminal = start(kvmplayRun('slow.ts'));
    await terminal.shows(frame);
    expect(terminal.emulator.isCursorHidden).toBe(true);

    terminal.type('\u0003');

    expect(await terminal.ends()).toBe(1);
    const lines = terminal.emulator.everyLine();
    expect(lines).toContainEqual(expect.stringMatching(/^(\^C)?kvmplay: stopping; hosts in the middle/));
    expect(lines.filter((line) => /[█░]{5}/.test(line))).toEqual([]);
    expect(lines.at(-1)).toMatch(/^2 hosts: 2 skipped; /);
    expect(terminal.emulator.isCursorHidden).toBe(false);
  });

  it('leaves at once on the second Ctrl-C, and tells which hosts were under way', async () => {
    const terminal = start(kvmplayRun('stuck.ts'));
    await terminal.shows(/nothing stops[^]*nothing stops[^]*[█░]{5}/);
    terminal.type('\u0003');
    await terminal.shows(/again: leave at once[^]*[█░]{5}/);

    terminal.type('\u0003');

    expect(await terminal.ends(10)).toBe(1);
    const lines = terminal.emulator.everyLine();
    expect(lines.at(-1)).toMatch(/^left with 2 hosts under way: kvm1 \(\w+\), kvm2 \(\w+\)$/);
    expect(lines.filter((line) => /[█░]{5}/.test(line))).toEqual([]);
    expect(terminal.emulator.isCursorHidden).toBe(false);
  });

  it('leaves the terminal alone while it is stopped by Ctrl-Z, and goes on afterwards', async () => {
    const terminal = start(kvmplayRun('chatty.ts'));
    await terminal.shows(frame);

    terminal.type('\u001a');
    await terminal.isStopped();

    expect(terminal.emulator.everyLine().filter((line) => /[█░]{5}/.test(line))).toEqual([]);
    expect(terminal.emulator.isCursorHidden).toBe(false);

    terminal.goesOn();

    expect(await terminal.ends()).toBe(0);
    const lines = terminal.emulator.everyLine();
    expect(lines).toContain('kvm1  changed  command sleep 1');
    expect(lines.filter((line) => /[█░]{5}/.test(line))).toEqual([]);
    expect(terminal.emulator.isCursorHidden).toBe(false);
  });

  it('shows what others write above the frame, a line each', async () => {
    const terminal = start(kvmplayRun('chatty.ts'));

    expect(await terminal.ends()).toBe(0);

    const lines = terminal.emulator.everyLine();
    expect(lines.filter((line) => line === 'to standard error')).toHaveLength(2);
    expect(lines.filter((line) => line === 'to standard output')).toHaveLength(2);
    expect(lines).toContain('kvm1  changed  command sleep 1');
    expect(lines.filter((line) => /[█░]{5}/.test(line))).toEqual([]);
  });

  it('writes another report into a file meanwhile', async () => {
    const terminal = start([
      ...kvmplayRun('quick.ts'),
      '--output',
      'junit:report.xml',
      '--output',
      'plain:run.log',
    ]);

    expect(await terminal.ends()).toBe(0);

    expect(terminal.emulator.everyLine().at(-1)).toMatch(/^2 hosts: 2 changed; /);
    const report = join(folder, 'report.xml');
    expect(
      execFileSync('xmllint', ['--xpath', 'count(/testsuites/testsuite/testcase)', report]).toString().trim(),
    ).toBe('2');
    const log = readFileSync(join(folder, 'run.log'), 'utf8');
    expect(log).not.toContain(escape);
    expect(log).toContain('\nkvm2  changed  command touch kvm2.done\n');
  });

  it.each([
    ['TERM=dumb', [], { TERM: 'dumb' }],
    ['CI', [], { CI: 'true', NO_COLOR: '1' }],
    ['--output plain', ['--output', 'plain'], { NO_COLOR: '1' }],
  ])('writes plain lines with %s', async (_, args, env) => {
    const terminal = start([...kvmplayRun('quick.ts'), ...args], { env });

    expect(await terminal.ends()).toBe(0);

    expect(terminal.output).not.toContain(escape);
    expect(terminal.emulator.everyLine()).toContain('kvm1  changed  command touch kvm1.done');
  });

  it('does what it was to do though `head` has left', async () => {
    rmSync(join(folder, 'kvm2.done'), { force: true });
    const words = kvmplayRun('quick.ts').map((word) => `'${word}'`);
    const terminal = start(['bash', '-c', `${words.join(' ')} | head -1; echo "codes \${PIPESTATUS[*]}"`]);

    expect(await terminal.ends()).toBe(0);

    expect(terminal.emulator.everyLine()).toEqual(['play site: 2 hosts', 'codes 0 0']);
    expect(existsSync(join(folder, 'kvm2.done'))).toBe(true);
  });

  it('asks for a password without showing it', async () => {
    const terminal = start([...kvmplayRun('quick.ts'), '-k']);
    await terminal.shows(/password.*: ?$/i);

    terminal.type('ganz-geheim\r');

    expect(await terminal.ends()).toBe(0);
    expect(terminal.output).not.toContain('geheim');
    expect(terminal.emulator.everyLine().at(-1)).toMatch(/^2 hosts: 2 changed; /);
  });
});
