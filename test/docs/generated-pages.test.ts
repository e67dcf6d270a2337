import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, jest } from '@jest/globals';

// Compilers are started here, and a busy machine takes its time.
jest.setTimeout(60_000);

const root = join(import.meta.dirname, '..', '..');
const taskPages = join(root, 'docs', 'tasks');
const taskFiles = readdirSync(join(root, 'src', 'tasks')).filter((file) => file.startsWith('ensure-'));

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

  it('have examples that type-check', () => {
    const folder = mkdtempSync(join(tmpdir(), 'kvmplay-examples-'));
    try {
      const files = examples().map(({ name, code }) => {
        const file = join(folder, `${name}.ts`);
        writeFileSync(file, playbookOf(code));
        return file;
      });
      writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(projectFor(files)));

      const compiler = join(root, 'node_modules', '.bin', 'tsc');

      expect(files.length).toBeGreaterThanOrEqual(taskFiles.length);
      expect(run(compiler, ['-p', folder])).toEqual({ code: 0, output: '' });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

interface Example {
  readonly name: string;
  readonly code: string;
}

function examples(): readonly Example[] {
  return readdirSync(taskPages).flatMap((page) => {
    const blocks = [...readFileSync(join(taskPages, page), 'utf8').matchAll(/^```ts\n([^]*?)^```$/gm)];
    return blocks.map(([, code = ''], index) => ({
      name: `${page.replace(/\.md$/, '')}-${index + 1}`,
      code,
    }));
  });
}

/** The lines of an example where a reader would put them. */
function playbookOf(code: string): string {
  const tasks = [...new Set(code.match(/\bensure\w+/g))];
  return `import { ${['play', ...tasks].join(', ')} } from 'kvmplay';
export default play({
  name: 'example',
  hosts: 'all',
  async run(host) {
${code}
  },
});
`;
}

function projectFor(files: readonly string[]): object {
  return {
    extends: join(root, 'tsconfig.json'),
    compilerOptions: {
      paths: { kvmplay: [join(root, 'src', 'index.ts')] },
      typeRoots: [join(root, 'node_modules', '@types')],
      moduleDetection: 'force',
      module: 'esnext',
      moduleResolution: 'bundler',
    },
    include: [],
    files,
  };
}
