// Rings one after the other: unit, terminal (a real pseudo-terminal), wire (a real sshd on loopback), lab (real kernels), or
// those that are named, such as faults (real kernels, and what can go wrong), peers (what kvmplay is compared with) or node-24
// (the command line under another Node). They share two cores badly, so they do not run side by side. Each leaves its report
// in .reports/; the last line counts them all.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const rings = process.argv.length > 2 ? process.argv.slice(2) : ['unit', 'terminal', 'wire', 'lab'];
if (!existsSync('node_modules')) spawnSync('npm', ['ci'], { stdio: ['ignore', 'ignore', 'inherit'] });
mkdirSync('.reports', { recursive: true });
for (const ring of rings) rmSync(`.reports/${ring}.json`, { force: true });

let passed = 0;
let failed = 0;
for (const ring of rings) {
  const report = `.reports/${ring}.json`;
  const started = performance.now();
  const { node, tests } = ring.startsWith('node-') ? otherNode(ring.slice(5)) : ofRing(ring);
  const { status } = spawnSync(
    node,
    [
      '--experimental-vm-modules',
      '--disable-warning=ExperimentalWarning',
      'node_modules/jest/bin/jest.js',
      '--json',
      `--outputFile=${report}`,
      ...tests,
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const counts = readReport(report);
  passed += counts.passed;
  failed += counts.failed + (status !== 0 && counts.failed === 0 ? 1 : 0);
  console.log(
    `${ring}: ${counts.passed} passed, ${counts.failed} failed in ${((performance.now() - started) / 1000).toFixed(0)} s`,
  );
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;

function ofRing(ring) {
  const workers = ring === 'unit' ? '--maxWorkers=100%' : '--runInBand';
  return { node: process.execPath, tests: ['--selectProjects', ring, workers] };
}

/** What loads playbooks and keeps compiled code does it in another way with each Node: the command line is tested, but for the types. */
function otherNode(version) {
  const folder = join('node_modules', '.cache', `node-${version}`);
  const bin = join(import.meta.dirname, '..', folder, 'node_modules', 'node', 'bin');
  const spec = `node@npm:node-${process.platform}-${process.arch}@${version}`;
  const options = ['--no-save', '--no-audit', '--no-fund', '--prefer-offline', '--prefix', folder];
  if (!existsSync(bin))
    spawnSync('npm', ['install', ...options, spec], { stdio: ['ignore', 'ignore', 'inherit'] });
  return {
    node: join(bin, 'node'),
    tests: ['--selectProjects', 'unit', '--testPathPatterns', 'test/cli/(?!type-cache)', '--maxWorkers=100%'],
  };
}

function readReport(path) {
  try {
    const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites } = JSON.parse(
      readFileSync(path, 'utf8'),
    );
    return { passed: numPassedTests, failed: numFailedTests + numRuntimeErrorTestSuites };
  } catch {
    return { passed: 0, failed: 1 };
  }
}
