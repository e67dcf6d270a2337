import { mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it, jest } from '@jest/globals';
import type { Play } from '../../src/engine/fleet/play.ts';
import { ethernet, fakeHost } from '../../src/testing.ts';
import { playbookFolder } from '../cli/staged-package.ts';
import { typeProblems } from '../support/compile.ts';

// A compiler is started here, and a busy machine takes its time.
jest.setTimeout(60_000);

const root = join(import.meta.dirname, '..', '..');
const page = readFileSync(join(root, 'docs', 'playbooks.md'), 'utf8');

/** Those whose first line is a name go by that. */
const examples = new Map(
  [...page.matchAll(/^```ts\n([^]*?)^```$/gm)].map(([, code = ''], index) => [
    /^\/\/ (\S+\.ts)\n/.exec(code)?.[1] ?? `example-${String(index + 1)}.ts`,
    code,
  ]),
);
const folder = playbookFolder(Object.fromEntries(examples));
mkdirSync(join(folder, 'node_modules'));
symlinkSync(join(root, 'node_modules', 'zod'), join(folder, 'node_modules', 'zod'));
const files = [...examples.keys()].map((name) => join(folder, name));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the playbooks of docs/playbooks.md', () => {
  it('type-check', () => {
    expect(examples.size).toBeGreaterThanOrEqual(7);
    expect(typeProblems(files)).toEqual([]);
  });

  it.each(files.map((file) => [file.slice(folder.length + 1), file]))(
    'work, and work once: %s',
    async (_, file) => {
      const { default: exported } = (await import(file)) as { default: Play | readonly Play[] };

      for (const example of [exported].flat()) {
        const commands: string[] = [];
        const checked = await example.vars?.['~standard'].validate({ vlans: [10, 11] });
        const host = fakeHost<unknown>({
          groups: ['storage'],
          vars: checked !== undefined && 'value' in checked ? checked.value : {},
          links: ['eno4', 'eno5'].map((name) => ethernet(name)),
          commands: (text) => {
            commands.push(text);
            // Nothing that they look for is there.
            return { code: /exists\(\)|^test -e/.test(text) ? 3 : 0, stdout: '11\n', stderr: '' };
          },
        });

        expect(checked?.issues).toBeUndefined();
        await example.run(host);
        const { length } = host.changes;
        expect(length + commands.length).toBeGreaterThan(0);
        await example.run(host);
        expect(host.changes).toHaveLength(length);
      }
    },
  );
});
