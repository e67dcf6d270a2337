import { differences } from '../../../src/engine/transaction/differences.ts';
import type { RunEvent, RunSummary } from '../../../src/engine/events.ts';
import type { Play } from '../../../src/engine/fleet/play.ts';
import { addresses, links, routes } from '../../../src/facts/index.ts';
import { loadInventory } from '../../../src/inventory/index.ts';
import { type Lab, openLab } from '../../../src/lab/index.ts';
import type { Host } from '../../../src/model/host.ts';
import { run, type RunOptions } from '../../../src/run.ts';
import { createTransports } from '../../../src/transports/index.ts';
import { ringLabFolder } from './ring-labs.ts';

/** The lab of this worker of jest: made by global-setup.ts, ended by global-teardown.ts. */
export async function ringLab(): Promise<Lab> {
  const lab = await openLab(ringLabFolder());
  // A host that another test file left switched off shall not fail this one.
  for (const { name, isUp } of lab.status()) if (!isUp) await lab.boot(name);
  return lab;
}

const etc = '/etc/sysconfig/network-scripts';

/** Gives hosts back the files of a bare host, and boots them, which forgets what the kernel had. */
export async function makeBare(lab: Lab, names: readonly string[]): Promise<void> {
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

export interface LabRunOptions extends Partial<Omit<RunOptions, 'plays' | 'inventory'>> {
  /** SSH rides on eno3 instead of the management NIC. */
  readonly overEno3?: boolean;
}

export interface LabRun {
  readonly summary: RunSummary;
  readonly events: readonly RunEvent[];
}

/** Runs plays on hosts of the lab, over SSH as a user would. */
export async function runOnLab(
  lab: Lab,
  plays: readonly Play[],
  options: LabRunOptions = {},
): Promise<LabRun> {
  const { overEno3 = false, ...rest } = options;
  const events: RunEvent[] = [];
  const inventory = await loadInventory([overEno3 ? lab.inventoryOverEno3File : lab.inventoryFile]);
  const summary = await run({
    plays,
    inventory,
    transportFor: createTransports({ sshConfigFile: 'none', knownHostsFiles: [lab.knownHostsFile] }),
    reporters: [{ onEvent: (event) => void events.push(event) }],
    confirmTimeout: 20,
    ...rest,
  });
  return { summary, events };
}

/** What the network of a host is, as facts tell it. */
export interface NetworkState {
  readonly links: unknown;
  readonly addresses: unknown;
  readonly routes: unknown;
}

/** Asks for the state as it is, or within a play as it will be. */
export async function readState(host: Pick<Host, 'fact'>): Promise<NetworkState> {
  return {
    links: await host.fact(links),
    addresses: await host.fact(addresses),
    routes: await host.fact(routes),
  };
}

/** The state of hosts by name, asked over SSH in a run of its own. */
export async function surveyLab(lab: Lab, hosts: string): Promise<ReadonlyMap<string, NetworkState>> {
  const states = new Map<string, NetworkState>();
  const look: Play = {
    kvmplay: 'play',
    name: 'look',
    hosts,
    run: async (host) => void states.set(host.name, await readState(host)),
  };
  await runOnLab(lab, [look]);
  return states;
}

/** Nothing, or where two states differ. */
export function compareStates(before: unknown, after: unknown): readonly string[] {
  return differences(before, after);
}

/** `kvm1 changed`, and the error if there is one. */
export function outcomes({ summary }: LabRun): readonly string[] {
  return summary.hosts.map(({ host, outcome, error }) => {
    const why = error === undefined ? '' : `: ${error.message} ${(error.details ?? []).join(' | ')}`;
    return `${host} ${outcome}${why}`;
  });
}
