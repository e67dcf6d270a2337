// What must be an error, each with a part of the message that the compiler gives for the next line. Never run.
import {
  command,
  defineTask,
  ensureAddress,
  ensureBond,
  ensureBridge,
  ensureVlan,
  facts,
  loadInventory,
  nics,
  nicSelectors,
  plan,
  play,
  run,
  type Host,
  type Inventory,
  type Reporter,
} from 'kvmplay';
import { fakeHost } from 'kvmplay/testing';
import * as z from 'zod';

export async function misspelt(host: Host): Promise<void> {
  // wrong: 'idd' does not exist in type 'DesiredVlan'
  await ensureVlan(host, { parent: 'eno5', idd: 10 });
  // wrong: Type '"ballance-alb"' is not assignable to type 'BondModeInput | undefined'
  await ensureBond(host, { name: 'bond6', mode: 'ballance-alb', ports: [] });
  // wrong: Type '7' is not assignable to type 'BondModeInput | undefined'
  await ensureBond(host, { name: 'bond6', mode: 7, ports: [] });
  // wrong: Property 'name' is missing
  await ensureBridge(host, { ports: ['eno5'] });
  // wrong: Type 'string' is not assignable to type 'readonly string[]'
  await ensureBridge(host, { name: 'br0', ports: 'eno5' });
  // wrong: Type 'string' is not assignable to type 'number'
  await ensureVlan(host, { parent: 'eno5', id: '10' });
  // wrong: Type '"gone"' is not assignable to type
  await ensureBridge(host, { name: 'br0', state: 'gone' });
  // wrong: Property 'link' is missing
  await ensureAddress(host, { addresses: ['10.0.0.2/24'] });
}

export async function outputs(host: Host): Promise<void> {
  const bridge = await ensureBridge(host, { name: 'br0' });
  // wrong: Property 'mode' does not exist on type 'BridgeOutput'
  void bridge.output.mode;
  // wrong: Cannot assign to 'changed' because it is a read-only property
  bridge.changed = false;
  // wrong: Property 'output' does not exist on type 'Promise<TaskResult<BridgeOutput>>'
  void ensureBridge(host, { name: 'br0' }).output;
  // wrong: Property 'output' is missing in type 'Promise<TaskResult<BridgeOutput>>'
  const forgotten: { output: { name: string } } = ensureBridge(host, { name: 'br1' });
  void forgotten;
}

export async function commands(host: Host): Promise<void> {
  const done = await host.exec('true');
  // wrong: 'done' is possibly 'undefined'
  void done.stdout;
}

export const typed = play({
  name: 'variables',
  hosts: 'all',
  vars: z.object({ vlans: z.array(z.number()) }),
  async run(host) {
    // wrong: Property 'vlan' does not exist on type
    void host.vars.vlan;
    // wrong: Type 'number[]' is not assignable to type 'string'
    await ensureBridge(host, { name: host.vars.vlans });
  },
});

export const unknown = play({
  name: 'variables without a schema',
  hosts: 'all',
  async run(host) {
    // wrong: Type 'unknown' is not assignable to type 'string'
    await ensureBridge(host, { name: host.vars['bridge'] });
  },
});

export async function program(inventory: Inventory): Promise<void> {
  // wrong: Property 'inventory' is missing
  await run({ plays: [typed] });
  // wrong: Argument of type 'string' is not assignable to parameter of type 'readonly InventorySource[]'
  await loadInventory('hosts.yml');
  // wrong: 'checkMode' does not exist in type 'PlanOptions'
  await plan({ plays: [typed], inventory, checkMode: false });
  // wrong: Type '"anything"' is not assignable to type 'Disruption | undefined'
  await run({ plays: [typed], inventory, maxDisruption: 'anything' });
  const summary = await run({ plays: [typed], inventory });
  // wrong: This comparison appears to be unintentional
  void summary.hosts.filter(({ outcome }) => outcome === 'done');
}

export const reporter: Reporter = {
  onEvent(event) {
    // wrong: Property 'outcome' does not exist on type
    void event.outcome;
  },
};

export const ownTask = defineTask({
  name: 'ensureNothing',
  schema: z.strictObject({ link: z.string() }),
  facts: { links: facts.links },
  subject: ({ link }) => link,
  // wrong: Property 'routes' does not exist on type
  plan: (_desired, { routes }) => ({ changes: routes, warnings: [] }),
  output: () => undefined,
});

export async function misuse(host: Host): Promise<void> {
  // wrong: 'linc' does not exist in type
  await ownTask(host, { linc: 'eno1' });
}

// wrong: 'link' does not exist in type
export const host = fakeHost({ link: [] });

export async function actions(host: Host): Promise<void> {
  // wrong: Type 'string' is not assignable to type 'readonly string[]'
  await command(host, { argv: 'reboot' });
  // wrong: 'when' does not exist in type 'CommandInput'
  await command(host, { argv: ['reboot'], when: true });
  const { output } = await command(host, { argv: ['uptime'] });
  // wrong: 'output' is possibly 'undefined'
  output.stdout.trim();
  // wrong: Argument of type 'string[]' is not assignable to parameter of type 'string'
  host.tagged(['vlan']);
}

export const mapped = play({
  name: 'a NIC that the schema does not know, and one that was not asked for',
  hosts: 'all',
  vars: z.object({ nics: nicSelectors('uplink0', 'uplink1') }),
  async run(host) {
    // wrong: Type '"uplink2"' is not assignable to type '"uplink0" | "uplink1"'
    await nics(host, ['uplink0', 'uplink2']);
    // wrong: Property 'uplink1' does not exist on type
    const { uplink1 } = await nics(host, ['uplink0']);
    void uplink1;
  },
});
