import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, jest } from '@jest/globals';
import type { Play } from '../../src/engine/fleet/play.ts';
import type { RunSummary } from '../../src/engine/events.ts';
import { ethernet, fakeHost } from '../../src/testing.ts';
import { typeProblems } from '../support/compile.ts';

// A compiler is started here, and a busy machine takes its time.
jest.setTimeout(60_000);

const root = join(import.meta.dirname, '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'kvmplay-readme-'));
const [playbook = '', program = ''] = [
  ...readFileSync(join(root, 'README.md'), 'utf8').matchAll(/^```ts\n([^]*?)^```$/gm),
].map(([, code = '']) => code);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

describe('the README', () => {
  it('has code that type-checks', () => {
    const files = [write('playbook-types.ts', playbook), write('program-types.ts', program)];

    expect(typeProblems(files)).toEqual([]);
  });

  it('begins with a playbook that works, and works once', async () => {
    const { default: first } = (await import(write('playbook.ts', playbook))) as { default: Play };
    const host = fakeHost({ links: ['eno4', 'eno5'].map((name) => ethernet(name)) });

    await first.run(host);
    const changes = host.changes.length;
    await first.run(host);

    expect(changes).toBeGreaterThan(10);
    expect(host.changes).toHaveLength(changes);
  });

  it('has a program that runs to its end', async () => {
    const inventory = write(
      'hosts.yml',
      'kvm:\n  hosts:\n    here:\n      ansible_connection: local\n      network_backend: none\n',
    );
    const code = `${program.replace('hosts.yml', inventory)}\nexport { summary, drifted };\n`;

    const { summary } = (await import(write('program.ts', code))) as { summary: RunSummary };

    expect(summary.hosts.map(({ host }) => host)).toEqual(['here']);
  });
});
