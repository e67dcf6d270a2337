import { ensureBridge } from '../../../src/tasks/ensure-bridge.ts';
import { ensureFile } from '../../../src/tasks/ensure-file.ts';
import { play, type Play } from '../../../src/engine/fleet/play.ts';
import { buildInventory } from '../../../src/inventory/index.ts';
import { run } from '../../../src/run.ts';
import { transportTo } from './host.ts';

/** A bridge on a NIC, and a file. */
export const bridgePlay: Play = play<unknown>({
  name: 'bridge',
  hosts: 'all',
  run: async (host) => {
    await ensureFile(host, { path: '/etc/kvmplay-demo.conf', content: 'demo\n' });
    await ensureBridge(host, { name: 'br6', ports: ['eno4'] });
  },
});

/** A controller that is killed when its change is in force and not yet confirmed. */
export async function main([reach = '{}']: string[]): Promise<number> {
  const transport = transportTo(JSON.parse(reach) as Parameters<typeof transportTo>[0], 'root');
  await run({
    plays: [bridgePlay],
    inventory: await buildInventory({ kvm: { hosts: { kvm1: { network_backend: 'none' } } } }),
    transportFor: () => transport,
    confirmTimeout: 600,
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
