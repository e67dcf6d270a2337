import { ensureBridge } from '../../../src/tasks/ensure-bridge.ts';
import { play } from '../../../src/engine/fleet/play.ts';
import { loadInventory } from '../../../src/inventory/index.ts';
import { run } from '../../../src/run.ts';
import { createTransports } from '../../../src/transports/index.ts';

/** A controller that is killed when its change is in force and not yet confirmed. */
export async function main([inventoryFile = '', knownHostsFile = '', host = '']: string[]): Promise<number> {
  await run({
    plays: [
      play({
        name: 'die',
        hosts: host,
        run: async (target) => {
          await ensureBridge(target, { name: 'br7', ports: ['eno5'] });
        },
      }),
    ],
    inventory: await loadInventory([inventoryFile]),
    transportFor: createTransports({ sshConfigFile: 'none', knownHostsFiles: [knownHostsFile] }),
    confirmTimeout: 90,
    owner: 'ada from desk7',
    reporters: [
      {
        onEvent: (event) => {
          if (event.type === 'host.phase' && event.phase === 'verify') process.kill(process.pid, 'SIGKILL');
        },
      },
    ],
  });
  return 0;
}
