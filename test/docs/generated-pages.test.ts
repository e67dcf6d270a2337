import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, jest } from '@jest/globals';
import type { Play } from '../../src/engine/fleet/play.ts';
import { ethernet, fakeHost } from '../../src/testing.ts';
import { typeProblems } from '../support/compile.ts';

// Compilers are started here, and a busy machine takes its time.
jest.setTimeout(60_000);

const root = join(import.meta.dirname, '..', '..');
const taskPages = join(root, 'docs', 'tasks');
const actionPages = join(root, 'docs', 'actions');
const taskFiles = readdirSync(join(root, 'src', 'tasks')).filter((file) => file.startsWith('ensure-'));
const actions = ['assertThat', 'command', 'shell', 'waitFor'];

const folder = mkdtempSync(join(tmpdir(), 'kvmplay-examples-'));
const examples = writeExamples(taskPages);
const actionExamples = writeExamples(actionPages);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(program: string, args: readonly string[]): { code: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: root, encoding: 'utf8' });
  return { code: status, output: stdout + stderr };
}

describe('the generated pages', () => {
  it('are what the doc comments and the command line say; `npm run docs` makes them so', () => {
    expect(run(process.execPath, ['scripts/run.mjs', 'scripts/generate-docs.ts', '--check'])).toEqual({
      code: 0,
      output: '',
    });
  });

  it('describe every task', () => {
    expect(taskFiles.length).toBeGreaterThan(0);
    expect(readdirSync(taskPages).sort()).toEqual(taskFiles.map((file) => file.replace(/ts$/, 'md')).sort());
  });

  it('describe every action', () => {
    expect(readdirSync(actionPages).sort()).toEqual([
      'assert-that.md',
      'command.md',
      'shell.md',
      'wait-for.md',
    ]);
  });

  it('have examples that type-check', () => {
    expect(examples.length).toBeGreaterThanOrEqual(taskFiles.length);
    expect(actionExamples.length).toBeGreaterThanOrEqual(actions.length);
    expect(typeProblems([...examples, ...actionExamples].map(({ file }) => file))).toEqual([]);
  });

  it.each(examples.map(({ name, file }) => [name, file]))(
    'have an example that works, and works once: %s',
    async (_, file) => {
      const { default: playbook } = (await import(file)) as { default: Play };
      const host = fakeHost({
        links: ['eno1', 'eno2', 'eno3', 'eno4', 'eno5'].map((name) => ethernet(name)),
        files: {
          '/etc/ssh/sshd_config': '#PermitRootLogin yes\n',
          '/etc/chrony.conf': 'pool 2.centos.pool.ntp.org\n',
        },
        services: { chronyd: { running: false, enabled: false } },
        modules: { nf_conntrack: 'loadable' },
        commands: () => ({ code: 0, stdout: '', stderr: '' }),
      });

      await playbook.run(host);
      const changes = host.changes.length;
      await playbook.run(host);

      expect(changes).toBeGreaterThan(0);
      expect(host.changes).toHaveLength(changes);
    },
  );
});

interface Example {
  readonly name: string;
  /** A playbook with the lines of the example. */
  readonly file: string;
}

function writeExamples(pages: string): readonly Example[] {
  return readdirSync(pages).flatMap((page) => {
    const blocks = [...readFileSync(join(pages, page), 'utf8').matchAll(/^```ts\n([^]*?)^```$/gm)];
    return blocks.map(([, code = ''], index) => {
      const name = `${page.replace(/\.md$/, '')}-${index + 1}`;
      const file = join(folder, `${name}.ts`);
      writeFileSync(file, playbookOf(code));
      return { name, file };
    });
  });
}

/** The lines of an example where a reader would put them. */
function playbookOf(code: string): string {
  const names = [
    ...new Set(code.match(/\bensure\w+|\bfacts\b/g)),
    ...actions.filter((name) => code.includes(`${name}(`)),
  ];
  return `import { ${['play', ...names].join(', ')} } from 'kvmplay';
export default play({
  name: 'example',
  hosts: 'all',
  async run(host) {
${code}
  },
});
`;
}
