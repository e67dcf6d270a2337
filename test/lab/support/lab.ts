import { env } from 'node:process';
import { loadInventory } from '../../../src/inventory/index.ts';
import { type Lab, openLab } from '../../../src/lab/index.ts';
import type { Inventory } from '../../../src/model/inventory.ts';

/** The lab of this ring: made once by global-setup.ts, ended by global-teardown.ts. */
export async function ringLab(): Promise<Lab> {
  return await openLab(env['KVMPLAY_RING_LAB'] ?? '');
}

export async function ringInventory(lab: Lab, way: 'management' | 'eno3' = 'management'): Promise<Inventory> {
  return await loadInventory([way === 'eno3' ? lab.inventoryOverEno3File : lab.inventoryFile]);
}

const etc = '/etc/sysconfig/network-scripts';

/** Gives hosts back the files of a bare host, and boots them, which forgets what the kernel had. */
export async function makeBare(
  lab: Lab,
  names: readonly string[] = lab.hosts.map(({ name }) => name),
): Promise<void> {
  await Promise.all(
    names.map(async (name) => {
      await lab.read(
        name,
        `if [ -d /var/lib/bare ]; then rm -rf ${etc} && cp -a /var/lib/bare ${etc}; else cp -a ${etc} /var/lib/bare; fi
rm -rf /etc/modprobe.d/kvmplay-bonding.conf /var/lib/kvmplay; sync`,
      );
      await lab.reboot(name, { hard: true });
    }),
  );
}

/** Every configuration file of the network with its content, mode and time of change. */
export async function readFiles(lab: Lab, name: string): Promise<string> {
  return await lab.read(
    name,
    `cd ${etc} && for file in * /etc/modprobe.d/*.conf; do [ ! -f "$file" ] || { stat -c '%n %a %U %y' "$file"; cat "$file"; }; done`,
  );
}

/** How many connections and commands the host's sshd served. */
export async function countSshd(lab: Lab, name: string): Promise<{ connections: number; execs: number }> {
  const log = await lab.read(name, 'cat /lab/sshd.log');
  return {
    connections: log.split('\n').filter((line) => line.includes('Accepted ')).length,
    execs: log.split('\n').filter((line) => line.includes('Starting session: command')).length,
  };
}
