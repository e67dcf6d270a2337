import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const root = join(import.meta.dirname, '..', '..');

describe('docs/output.md', () => {
  it.each(['tty-under-way', 'tty-rollout'])('shows the screen that is tested: %s', (name) => {
    const screen = readFileSync(join(root, 'test', 'reporters', `${name}.golden`), 'utf8');

    expect(readFileSync(join(root, 'docs', 'output.md'), 'utf8')).toContain(`\`\`\`\n${screen}\`\`\`\n`);
  });
});
