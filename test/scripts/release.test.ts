import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';

// The package is built here, and a busy machine takes its time.
jest.setTimeout(60_000);

const root = join(import.meta.dirname, '..', '..');
const scratch = mkdtempSync(join(tmpdir(), 'kvmplay-release-'));
const checkout = join(scratch, 'checkout');
const version = (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version;
const released = ['package.json', 'package-lock.json', 'CHANGELOG.md'];

beforeAll(() => {
  mkdirSync(checkout);
  const parts = [
    ...released,
    'src',
    'scripts',
    'tsconfig.json',
    'tsconfig.build.json',
    'LICENSE',
    'README.md',
    '.gitignore',
  ];
  for (const part of parts) cpSync(join(root, part), join(checkout, part), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(checkout, 'node_modules'));
  writeFileSync(join(checkout, '.git-exclude'), 'node_modules\n.git-exclude\n');
  edit('package.json', (text) => text.replace('{', '{\n  "repository": "github:somebody/kvmplay",'));
  writeFileSync(
    join(checkout, 'CHANGELOG.md'),
    '# Changelog\n\n## Unreleased\n\n- A new thing.\n\n## 0.0.1 (2020-01-01)\n\n- First.\n',
  );
  git('init', '--quiet', '--initial-branch', 'main');
  git('config', 'core.excludesFile', join(checkout, '.git-exclude'));
  git('config', 'user.name', 'Somebody');
  git('config', 'user.email', 'somebody@example.org');
  commit();
  git('branch', 'fresh');
});

beforeEach(() => {
  git('reset', '--quiet', '--hard', 'fresh');
  for (const tag of git('tag', '--list').split('\n').filter(Boolean)) git('tag', '--delete', tag);
});

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

function git(...args: readonly string[]): string {
  return execFileSync('git', args, { cwd: checkout, encoding: 'utf8' }).trim();
}

function commit(): void {
  git('add', '--all');
  git('commit', '--quiet', '--message', 'All');
}

function edit(name: string, change: (text: string) => string): void {
  writeFileSync(join(checkout, name), change(readFileSync(join(checkout, name), 'utf8')));
}

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function release(args: readonly string[], path = ''): Ended {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/release.mjs', ...args], {
    cwd: checkout,
    encoding: 'utf8',
    env: {
      ...process.env,
      PATH: `${path}${delimiter}${process.env['PATH'] ?? ''}`,
      NODE_OPTIONS: '',
      // npm run --silent would keep npm from listing the files.
      npm_config_loglevel: 'notice',
    },
  });
  return { code: status, stdout, stderr };
}

describe('scripts/release.mjs', () => {
  it('shows with --dry-run what it would do, and changes nothing', () => {
    const before = released.map((name) => readFileSync(join(checkout, name), 'utf8'));

    const { code, stdout, stderr } = release(['99.0.0', '--dry-run']);

    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringContaining(
        'git tag --annotate v99.0.0 --message Release 99.0.0\nnpm publish --provenance',
      ),
    });
    expect(stderr).toContain('dist/cli/main.js');
    expect(released.map((name) => readFileSync(join(checkout, name), 'utf8'))).toEqual(before);
    expect(git('tag', '--list')).toBe('');
    expect(git('log', '--format=%s')).toBe('All');
    expect(git('status', '--porcelain')).toBe('');
  });

  it('commits version and changelog, tags, and publishes with provenance', () => {
    const bin = join(scratch, 'bin');
    mkdirSync(bin, { recursive: true });
    writeFileSync(join(bin, 'npm'), '#!/bin/sh\necho "$@" > ../published\n', { mode: 0o755 });

    const { code } = release(['99.0.0'], bin);

    expect(code).toBe(0);
    expect(readFileSync(join(scratch, 'published'), 'utf8')).toBe('publish --provenance --access public\n');
    expect(git('describe', '--exact-match')).toBe('v99.0.0');
    expect(git('log', '-1', '--format=%s')).toBe('Release 99.0.0');
    expect(git('diff', '--stat', 'HEAD~1', '--', 'src', 'scripts')).toBe('');
    const today = new Date().toISOString().slice(0, 10);
    expect(readFileSync(join(checkout, 'CHANGELOG.md'), 'utf8')).toBe(
      `# Changelog\n\n## Unreleased\n\n## 99.0.0 (${today})\n\n- A new thing.\n\n## 0.0.1 (2020-01-01)\n\n- First.\n`,
    );
    for (const name of ['package.json', 'package-lock.json'])
      expect(JSON.parse(readFileSync(join(checkout, name), 'utf8'))).toMatchObject({ version: '99.0.0' });
  });

  it.each<[title: string, prepare: () => void, version: string, message: string]>([
    [
      'a version that is not above the present one',
      () => undefined,
      version,
      `'${version}' is not a version above ${version}`,
    ],
    ['what is no version', () => undefined, 'newest', `'newest' is not a version above ${version}`],
    [
      'changes that are not committed',
      () => edit('README.md', (text) => `${text}more\n`),
      '99.0.0',
      'there are changes that are not committed',
    ],
    ['a tag that is there', () => void git('tag', 'v99.0.0'), '99.0.0', 'there is a tag v99.0.0 already'],
    [
      'a changelog without news',
      () => {
        edit('CHANGELOG.md', (text) => text.replace('- A new thing.\n\n', ''));
        commit();
      },
      '99.0.0',
      'CHANGELOG.md has nothing under Unreleased',
    ],
    [
      'a package without a repository',
      () => {
        edit('package.json', (text) => text.replace(/ *"repository".*\n/, ''));
        commit();
      },
      '99.0.0',
      'package.json names no repository, and npm gives no provenance without',
    ],
  ])('refuses %s', (_, prepare, next, message) => {
    prepare();

    expect(release([next])).toEqual({ code: 1, stdout: '', stderr: `${message}\n` });
  });
});
