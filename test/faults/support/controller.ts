import { loadInventory } from '../../../src/inventory/index.ts';
import { run } from '../../../src/run.ts';
import { createTransports } from '../../../src/transports/index.ts';
import { layouts, playOf } from './layouts.ts';

/** A controller in a process of its own, which a test can kill. Says `go` when it begins, and dies by itself when told to. */
const [inventoryFile = '', knownHostsFile = '', id = '', way = '', timeout = '', dies = ''] =
  process.argv.slice(2);
const layout = layouts.find((candidate) => candidate.id === id);
if (layout === undefined) throw new Error(`there is no layout ${id}`);

const inventory = await loadInventory([inventoryFile]);
process.stdout.write('go\n');
const { hosts } = await run({
  plays: [playOf(layout, way === 'back' ? layout.back : layout.change)],
  inventory,
  transportFor: createTransports({ sshConfigFile: 'none', knownHostsFiles: [knownHostsFile] }),
  confirmTimeout: Number(timeout),
  owner: 'ada from desk7',
  reporters: [
    {
      onEvent: (event) => {
        if (event.type === 'host.phase' && event.phase === dies) process.kill(process.pid, 'SIGKILL');
      },
    },
  ],
});
process.stdout.write(`${hosts.map(({ outcome, error }) => `${outcome} ${error?.message ?? ''}`).join()}\n`);
