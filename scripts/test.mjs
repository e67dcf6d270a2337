// Runs rings of tests: unit, terminal (a real pseudo-terminal), protocol (the transaction in every
// order of its actors), wire (a real sshd on loopback) and lab (real kernels), or those
// that are named, such as faults (real kernels, and what can go wrong), peers (what kvmplay is compared with) or node-24 (the
// command line under another Node). A ring that mostly waits runs beside one that mostly computes. Each leaves its report in
// .reports/; the last line counts them all.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const named = process.argv.slice(2);
const stages =
  named.length > 0 ? named.map((ring) => [ring]) : [['unit', 'terminal'], ['protocol'], ['wire', 'lab']];

/** Of rings whose test files do not get into each other's way. Their tests wait, so more than one keeps a processor busy. */
const workers = { terminal: 2, lab: 2 };

/** In few suites, of a folder of tests each. */
const unit = ['--config', 'jest.rooms.config.js', '--maxWorkers=100%'];

if (!existsSync('node_modules')) spawnSync('npm', ['ci'], { stdio: ['ignore', 'ignore', 'inherit'] });
mkdirSync('.reports', { recursive: true });
let passed = 0;
let failed = 0;
for (const stage of stages) {
  for (const counts of await Promise.all(stage.map(runRing))) {
    passed += counts.passed;
    failed += counts.failed;
  }
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

async function runRing(ring) {
  const report = join('.reports', `${ring}.json`);
  rmSync(report, { force: true });
  const started = performance.now();
  const reason = await runJest(ring, report);
  const counts = readReport(report);
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  console.log(`${ring}: ${counts.passed} passed, ${counts.failed} failed in ${seconds} s`);
  const isSound = reason === '' && counts.passed > 0;
  if (isSound || counts.failed > 0) return counts;

  // Whoever counts the reports shall see it too.
  console.log(`${ring} fails: ${reason || 'it has no tests'}`);
  writeFileSync(
    report,
    JSON.stringify({ numPassedTests: counts.passed, numFailedTests: 1, numRuntimeErrorTestSuites: 0 }),
  );
  return { passed: counts.passed, failed: 1 };
}

/** Returns why the runner did not end well, or nothing. */
function runJest(ring, report) {
  const { node, tests, reason } = ring.startsWith('node-') ? otherNode(ring.slice(5)) : ofRing(ring);
  if (reason !== undefined) return Promise.resolve(reason);
  const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
  const runner = ['node_modules/jest/bin/jest.js', '--json', `--outputFile=${report}`, ...tests];
  return new Promise((resolve) => {
    const child = spawn(node, [...flags, ...runner], { stdio: ['ignore', 'ignore', 'inherit'] });
    child.on('error', ({ message }) => resolve(message));
    child.on('close', (code, signal) =>
      resolve(code === 0 ? '' : `jest ended with ${signal ?? `code ${code}`}`),
    );
  });
}

function ofRing(ring) {
  const tests = ring === 'unit' ? unit : ['--selectProjects', ring, `--maxWorkers=${workers[ring] ?? 1}`];
  return { node: process.execPath, tests };
}

/** What loads playbooks and keeps compiled code does it in another way with each Node: the command line is tested, but for the types. */
function otherNode(version) {
  const folder = join('node_modules', '.cache', `node-${version}`);
  const bin = join(import.meta.dirname, '..', folder, 'node_modules', 'node', 'bin');
  const spec = `node@npm:node-${process.platform}-${process.arch}@${version}`;
  const options = ['--no-save', '--no-audit', '--no-fund', '--prefer-offline', '--prefix', folder];
  if (!existsSync(bin))
    spawnSync('npm', ['install', ...options, spec], { stdio: ['ignore', 'ignore', 'inherit'] });
  const node = join(bin, 'node');
  if (!existsSync(node)) return { reason: `npm cannot install Node ${version}` };
  return { node, tests: [...unit, '--testPathPatterns', 'test/(rooms/cli|cli/(?!.*type-cache))'] };
}

function readReport(path) {
  try {
    const report = JSON.parse(readFileSync(path, 'utf8'));
    return {
      passed: report.numPassedTests,
      failed: report.numFailedTests + report.numRuntimeErrorTestSuites,
    };
  } catch {
    return { passed: 0, failed: 0 };
  }
}
