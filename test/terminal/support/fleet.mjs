// A run of the library on hosts that there are not, shown on the terminal it is started on:
// node fleet.mjs DIST '{"hosts":200,"pace":1}'. `pace` stretches the time that hosts take, `silent` shows nothing, `cpu`
// tells at the end what it cost.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [dist, settings = '{}'] = process.argv.slice(2);
const {
  hosts: number = 200,
  pace = 1,
  forks = 50,
  console: prints = false,
  rollout,
  cpu = false,
  silent = false,
} = JSON.parse(settings);
const load = (file) => import(pathToFileURL(join(dist, file)).href);
const { run, play, command, UnreachableError } = await load('index.js');
const { ttyReporter } = await load('reporters/tty.js');
const { terminalOf } = await load('cli/terminal.js');

const hosts = Array.from({ length: number }, (_, index) => ({
  name: `kvm${String(index + 1).padStart(3, '0')}`,
  groups: ['all'],
  vars: { index },
}));
const all = { name: 'all', hosts: hosts.map(({ name }) => name), children: [], vars: {} };
const wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds * pace));

function transportFor({ name, vars: { index } }) {
  return {
    async connect() {
      await wait(20 + ((index * 37) % 100));
      if (index % 40 === 7)
        throw new UnreachableError(`192.0.2.${index % 250}:22 gave no answer within 10 s`);
      return {
        async exec() {
          await wait(100 + ((index * 61) % 300));
          return { code: index % 50 === 13 ? 3 : 0, stdout: '', stderr: `${name} is full\n` };
        },
        close: async () => {},
      };
    },
  };
}

const fleet = play({
  name: 'fleet',
  hosts: 'all',
  ...(rollout !== undefined && { rollout }),
  async run(host) {
    const { index } = host.vars;
    if (prints && index % 20 === 0) console.log(`printed by ${host.name}`);
    await command(host, { argv: ['ip', 'link'], changedWhen: false });
    await command(host, { argv: ['make', 'it', 'so'], changedWhen: index % 4 === 0 });
  },
});

const started = process.cpuUsage();
const startedAt = performance.now();
const reporter = silent
  ? { onEvent: () => {} }
  : ttyReporter({ terminal: terminalOf(process), colour: !process.env.NO_COLOR, diff: false, verbose: 0 });
process.on('SIGINT', () => process.exit(1));
await run({
  plays: [fleet],
  inventory: { hosts, groups: new Map([['all', all]]) },
  transportFor,
  forks,
  reporters: [reporter],
});
if (cpu) {
  const { user, system } = process.cpuUsage(started);
  const seconds = (performance.now() - startedAt) / 1000;
  console.log(`CPU ${((user + system) / 1e6).toFixed(3)} s in ${seconds.toFixed(1)} s`);
}
