import { writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { env, exit, stderr, stdout } from 'node:process';
import { parseArgs } from 'node:util';
import { compareHosts } from './compare-hosts.ts';
import { makeContenders } from './contenders.ts';
import { measureStart } from './measure-start.ts';
import { measureSurvey } from './measure-survey.ts';
import { type Figures, formatReport, judge } from './report.ts';
import { startFleet } from './stand-ins.ts';

const usage = `npm run bench -- [--hosts N] [--forks N] [--rounds N] [--json FILE]

Compares kvmplay with plain ssh on N hosts (default 50) that it makes on this machine; see docs/performance.md.
`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      hosts: { type: 'string', default: '50' },
      forks: { type: 'string', default: '50' },
      rounds: { type: 'string', default: '5' },
      json: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  if (values.help === true) {
    stdout.write(usage);
    return;
  }
  const hosts = wholeNumber('hosts', values.hosts, 1000);
  const forks = wholeNumber('forks', values.forks, 1000);
  const rounds = wholeNumber('rounds', values.rounds, 1000);
  const places = { folder: env['BENCH_FOLDER'] ?? '', root: env['BENCH_ROOT'] ?? '' };
  const loadBefore = loadOfLastMinute();

  progress('measuring the start of kvmplay');
  const start = measureStart(places.root);
  progress('surveying a host with 500 taps');
  const survey = measureSurvey(places.root);
  progress(`starting ${hosts} hosts`);
  const fleet = await startFleet(hosts, places);
  const contenders = makeContenders(fleet, { ...places, forks });
  const measurements = await compareHosts(fleet.hosts, contenders, { rounds, onProgress: progress });

  const figures: Figures = {
    hosts,
    forks,
    rounds,
    processors: cpus().length,
    nodeVersion: process.version,
    load: [loadBefore, loadOfLastMinute()],
    start,
    survey,
    measurements,
  };
  stdout.write(formatReport(figures));
  if (values.json === undefined) return;
  writeFileSync(values.json, `${JSON.stringify({ ...figures, targets: judge(figures) }, null, 2)}\n`);
}

function wholeNumber(option: string, text: string, most: number): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 1 && number <= most) return number;
  throw new Error(`--${option} is ${text}, and should be a whole number from 1 to ${most}`);
}

function loadOfLastMinute(): number {
  return loadavg()[0] ?? 0;
}

function progress(message: string): void {
  stderr.write(`${message}\n`);
}

try {
  await main();
} catch (error) {
  stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`);
  exit(1);
}
// The hosts are still there; they end with this process.
exit(0);
