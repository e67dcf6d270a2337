// What users may write. Never run: the compiler reads it, against the declarations of the package.
import {
  assertThat,
  command,
  defineAction,
  defineTask,
  ensureAddress,
  ensureBond,
  ensureBridge,
  ensureVlan,
  facts,
  isKvmplayError,
  loadInventory,
  nics,
  nicSelectors,
  ping,
  plan,
  play,
  plainReporter,
  run,
  shell,
  sshTransport,
  waitFor,
  type Change,
  type Host,
  type Inventory,
  type Reporter,
  type RunEvent,
  type TaskResult,
} from 'kvmplay';
import { ethernet, fakeHost } from 'kvmplay/testing';
import * as z from 'zod';

export const untyped = play({
  name: 'variables are unknown without a schema',
  hosts: 'all',
  async run(host) {
    const rack: unknown = host.vars['rack'];
    await ensureBridge(host, { name: 'br0', ...(typeof rack === 'string' && { ports: ['eno5'] }) });
  },
});

export const typed = play({
  name: 'a schema types the variables',
  hosts: 'kvm:!maintenance',
  vars: z.object({ vlans: z.array(z.number()), uplink: z.string().default('eno5') }),
  probes: [ping('10.128.1.1')],
  rollout: { canary: 1, waves: ['10%', '100%'], maxFailures: 2, apart: [{ variable: 'rack' }] },
  async run(host) {
    const uplink: string = host.vars.uplink;
    for (const id of host.vars.vlans) await ensureVlan(host, { parent: uplink, id });
  },
});

export const list = [untyped, typed];

export async function outputs(host: Host): Promise<readonly Change[]> {
  const bond: TaskResult<{ readonly name: string }> = await ensureBond(host, {
    name: 'bond6',
    mode: 'balance-alb',
    ports: ['eno4', 'eno5'],
    miimon: 100,
  });
  const byNumber = await ensureBond(host, { name: 'bond1', mode: 1, ports: ['eno1'] });
  await ensureBridge(host, { name: 'br6', ports: [bond.output.name] });
  await ensureAddress(host, { link: 'br6', addresses: ['10.0.0.2/24'] });
  await ensureBridge(host, { name: 'br6', state: 'absent' });
  const links = await host.fact(facts.links);
  const bondLink = links.get('bond6');
  return bondLink === undefined ? [] : [...bond.changes, ...byNumber.changes];
}

export async function commands(host: Host): Promise<string> {
  const read = await host.read('ip -br link');
  const done = await host.exec('systemctl restart libvirtd');
  // In check mode nothing was run.
  return read.stdout + (done?.stdout ?? '');
}

declare function print(value: unknown): void;

const stranger: Reporter = {
  onEvent(event: RunEvent) {
    if (event.type === 'host.end') print([event.host, event.outcome, event.error?.message]);
    if (event.type === 'task.end') print(event.changes.map(({ kind }) => kind));
  },
};

export async function program(inventory: Inventory): Promise<boolean> {
  const loaded: Inventory = await loadInventory(['hosts.yml']);
  const summary = await run({
    plays: list,
    inventory: loaded,
    checkMode: true,
    forks: 10,
    limit: 'kvm',
    reporters: [stranger, plainReporter({ write: () => undefined, colour: false, diff: true, verbose: 0 })],
    transportFor: (host) =>
      sshTransport({ name: host.name, address: host.name, port: 22, user: 'root', hostKeyChecking: 'yes' }),
    signal: AbortSignal.timeout(1000),
  });
  const planned = await plan({ plays: [typed], inventory });
  return summary.hosts.every(({ outcome }) => outcome === 'ok') && planned.hosts.length > 0;
}

export async function aTest(): Promise<number> {
  const host = fakeHost({ links: [ethernet('eno4')], vars: { vlans: [10], uplink: 'eno4' } });
  await typed.run(host);
  return host.changes.length;
}

export const ensureNothing = defineTask({
  name: 'ensureNothing',
  schema: z.strictObject({ link: z.string() }),
  facts: { links: facts.links },
  subject: ({ link }) => link,
  plan: (desired, { links }) => ({
    changes: [],
    warnings: links.has(desired.link) ? [] : ['it is not there'],
  }),
  output: (_desired, { links }) => ({ count: links.size }),
});

export async function ownTask(host: Host): Promise<number> {
  return (await ensureNothing(host, { link: 'eno1' })).output.count;
}

export function errors(error: unknown): string {
  return isKvmplayError(error) ? `${error.code} ${error.details.join()}` : 'another';
}

export const mapped = play({
  name: 'NICs by what they are',
  hosts: 'all',
  vars: z.object({ nics: nicSelectors('uplink0', 'uplink1') }),
  async run(host) {
    const { uplink0, uplink1 } = await nics(host, ['uplink0', 'uplink1']);
    await ensureBridge(host, { name: 'br3', ports: [uplink0, uplink1] });
  },
});

export async function unmapped(host: Host, loose: Host<unknown>): Promise<string> {
  const { storage } = await nics(host, ['storage']);
  return (await nics(loose, [storage]))[storage] ?? '';
}

export const tagged = play({
  name: 'tags keep the types of variables',
  hosts: 'all',
  tags: ['network'],
  vars: z.object({ vlans: z.array(z.number()) }),
  async run(host) {
    const vlans = host.tagged('vlan', 'slow').tagged('more');
    for (const id of vlans.vars.vlans) await ensureVlan(vlans, { parent: 'eno5', id });
  },
});

const restart = defineAction({
  name: 'restart',
  schema: z.object({ unit: z.string(), seconds: z.number().default(5) }),
  subject: ({ unit }) => unit,
  effect: ({ seconds }) => (seconds > 0 ? 'changes' : 'reads'),
  run: async ({ unit, seconds }, host) => {
    const result = await host.run({ argv: ['systemctl', 'restart', unit], timeout: seconds });
    return { changed: result.code === 0, output: result.stdout };
  },
});

export async function actions(host: Host): Promise<string | undefined> {
  await command(host, { argv: ['true'], creates: '/x', changedWhen: ({ stdout }) => stdout !== '' });
  await shell(host, { script: 'cat', stdin: 'x', environment: { A: 'b' }, changedWhen: false });
  await waitFor(host, { port: 22, state: 'absent' });
  await assertThat(host, { that: () => Promise.resolve(true), message: 'never' });
  const { output } = await restart(host, { unit: 'libvirtd' });
  return output;
}
