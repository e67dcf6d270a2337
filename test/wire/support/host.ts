import type { InventoryHost } from '../../../src/model/inventory.ts';
import { createTransports, type Transport, type TransportDefaults } from '../../../src/transports/index.ts';
import type { Sshd } from './sshd.ts';

/** A host of an inventory that has these variables. */
export function inventoryHost(vars: Record<string, unknown>): InventoryHost {
  return { name: 'kvm1', groups: [], vars, place: { file: 'hosts.yml', line: 1 } };
}

export interface Reach {
  /** The private key file to name; null: none, so that password, agent and default keys are used. */
  readonly key?: string | null;
  /** As a run would give them. */
  readonly defaults?: TransportDefaults;
  /** Default: kvmplay's own. */
  readonly connection?: 'ssh' | 'openssh';
  /** As an inventory would give them. */
  readonly vars?: Record<string, unknown>;
}

/** How to reach `user` on an sshd of the tests; `end` ends what leads there over others. */
export function transportTo(
  sshd: Pick<Sshd, 'port' | 'knownHosts' | 'userKey'>,
  user: string,
  { key = sshd.userKey.file, connection = 'ssh', defaults = {}, vars = {} }: Reach = {},
): Transport & { readonly end: () => Promise<void> } {
  const transportFor = createTransports({
    knownHostsFiles: [sshd.knownHosts],
    // Neither agent nor keys nor ssh_config of who runs the tests.
    sshConfigFile: 'none',
    agentSocket: '',
    home: '/nonexistent',
    ...(key === null ? {} : { privateKeyFile: key }),
    ...defaults,
  });
  const transport = transportFor(
    inventoryHost({
      ansible_connection: connection,
      ansible_host: '127.0.0.1',
      ansible_port: sshd.port,
      ansible_user: user,
      ...vars,
    }),
  );
  return { ...transport, end: () => transportFor.close() };
}

/** Who a script runs as on the other side of a new connection. */
export async function whoAmI(transport: ReturnType<typeof transportTo>): Promise<string> {
  try {
    const connection = await transport.connect();
    const { stdout } = await connection.exec('id -un');
    await connection.close();
    return stdout.trim();
  } finally {
    await transport.end();
  }
}
