// Releases what lies in this checkout: `node scripts/release.mjs 0.2.0`. Writes the version into package.json and the lock file,
// gives the changelog its heading, commits, tags and publishes. With --dry-run it shows the same and changes nothing.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

const [version = '', ...flags] = process.argv.slice(2);
const isDryRun = flags.includes('--dry-run');
const numbers = /^(\d+)\.(\d+)\.(\d+)$/;

try {
  release();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

function release() {
  const files = releasedFiles();
  const subject = `Release ${version}`;
  for (const [name, text] of files) {
    say(`write ${name}`);
    if (!isDryRun) writeFileSync(name, text);
  }
  step('git', 'commit', '--quiet', '--message', subject, ...files.keys());
  step('git', 'tag', '--annotate', `v${version}`, '--message', subject);
  if (isDryRun) {
    say('npm publish --provenance --access public, which packs:');
    execFileSync('npm', ['pack', '--dry-run'], { stdio: 'inherit' });
  } else {
    step('npm', 'publish', '--provenance', '--access', 'public');
    say('now: git push --follow-tags');
  }
}

/** Each file with its new text. Throws when this checkout cannot be released. */
function releasedFiles() {
  const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
  const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'));
  const changelog = readFileSync('CHANGELOG.md', 'utf8');
  if (!isNewer(version, manifest.version))
    throw new Error(`'${version}' is not a version above ${manifest.version}`);
  if (manifest.repository === undefined)
    throw new Error('package.json names no repository, and npm gives no provenance without');
  if (git('status', '--porcelain') !== '') throw new Error('there are changes that are not committed');
  if (git('tag', '--list', `v${version}`) !== '') throw new Error(`there is a tag v${version} already`);
  const [, unreleased = ''] = /^## Unreleased\n([^]*?)(?=^## |$(?![^]))/m.exec(changelog) ?? [];
  if (unreleased.trim() === '') throw new Error('CHANGELOG.md has nothing under Unreleased');

  const today = new Date().toISOString().slice(0, 10);
  manifest.version = version;
  lock.version = version;
  lock.packages[''].version = version;
  return new Map([
    ['package.json', toJson(manifest)],
    ['package-lock.json', toJson(lock)],
    ['CHANGELOG.md', changelog.replace('## Unreleased\n', `## Unreleased\n\n## ${version} (${today})\n`)],
  ]);
}

function isNewer(next, current) {
  const [, ...after] = (numbers.exec(next) ?? []).map(Number);
  const [, ...before] = (numbers.exec(current) ?? []).map(Number);
  const first = after.findIndex((number, index) => number !== before[index]);
  return first !== -1 && after[first] > before[first];
}

function step(program, ...args) {
  say([program, ...args].join(' '));
  if (!isDryRun) execFileSync(program, args, { stdio: 'inherit' });
}

function git(...args) {
  return execFileSync('git', args, { encoding: 'utf8' }).trim();
}

function toJson(value) {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

function say(text) {
  process.stdout.write(`${text}\n`);
}
