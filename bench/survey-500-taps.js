// How long a host takes to answer a whole survey, alone and with 500 guests' taps on a bridge, under each shell that this
// machine has. Needs Linux and root; everything happens in network and mount namespaces of its own.
//
//     node bench/survey-500-taps.js [ROUNDS]
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const taps = 500;
const mostMilliseconds = 150;
const root = join(import.meta.dirname, '..');
const [argument, survey] = process.argv.slice(2);

if (survey === undefined) await measureApart(argument ?? '15');
else measure(Number(argument), survey);

/** Starts this file once more inside the namespaces, with the survey as text. */
async function measureApart(rounds) {
  const script = await composeSurvey();
  const self = [process.execPath, import.meta.filename, rounds, script];
  const { status } = spawnSync('unshare', ['--net', '--mount', '--', ...self], { stdio: 'inherit' });
  process.exitCode = status ?? 1;
}

async function composeSurvey() {
  const { build } = await import('esbuild');
  const folder = mkdtempSync(join(tmpdir(), 'kvmplay-survey-'));
  try {
    const entry = `
      export * from './src/facts/index.ts';
      export { composeSurvey } from './src/engine/connection/survey.ts';
      export { backends } from './src/backends/index.ts';`;
    const { outputFiles } = await build({
      stdin: { contents: entry, resolveDir: root, loader: 'ts' },
      bundle: true,
      write: false,
      platform: 'node',
      format: 'esm',
      target: 'node20.19',
    });
    const file = join(folder, 'kvmplay.mjs');
    writeFileSync(file, outputFiles[0].contents);
    const { addresses, backends, composeSurvey, leases, links, platform, routes } = await import(
      pathToFileURL(file).href
    );
    const files = [...backends.values()].map((backend) => backend.files);
    return composeSurvey([links, addresses, leases, routes, ...files, platform], { nonce: 'end-of-answer' });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function measure(rounds, script) {
  execFileSync('mount', ['-t', 'sysfs', 'sysfs', '/sys']);
  ip(['link set lo up', 'link add br0 type bridge', 'link set br0 up']);
  report('no tap', rounds, script);
  ip(Array.from({ length: taps }, (_, number) => `tuntap add vnet${number} mode tap`));
  ip(Array.from({ length: taps }, (_, number) => `link set vnet${number} up master br0`));
  const worst = report(`${taps} taps`, rounds, script);
  if (worst <= mostMilliseconds) return;
  console.error(
    `a survey with ${taps} taps takes ${worst.toFixed()} ms and should take at most ${mostMilliseconds} ms`,
  );
  process.exitCode = 1;
}

function ip(lines) {
  execFileSync('ip', ['-batch', '-'], { input: lines.join('\n') });
}

/** Prints a line per shell; the largest median. */
function report(name, rounds, script) {
  const shells = [['dash'], ['bash', '--posix'], ['busybox', 'sh']].filter(([program]) => isThere(program));
  const medians = shells.map((shell) => {
    const times = Array.from({ length: rounds }, () => timeOf(shell, script)).sort((a, b) => a - b);
    const median = times[Math.floor(rounds / 2)];
    const [best, slowest] = [times[0], times[rounds - 1]].map((time) => time.toFixed(1));
    console.log(`${name}, ${shell.join(' ')}: ${median.toFixed(1)} ms (${best} to ${slowest})`);
    return median;
  });
  return Math.max(...medians);
}

function timeOf([program, ...rest], script) {
  const start = performance.now();
  const { status, stderr } = spawnSync(program, [...rest, '-c', script], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: `${process.env.PATH}:/usr/sbin:/sbin` },
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0) throw new Error(`the survey ended with code ${status}: ${stderr}`);
  return performance.now() - start;
}

function isThere(program) {
  return spawnSync(program, ['--help'], { stdio: 'ignore' }).error === undefined;
}
