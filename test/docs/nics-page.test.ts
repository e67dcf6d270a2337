import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it, jest } from '@jest/globals';
import type { Play } from '../../src/engine/fleet/play.ts';
import { isKvmplayError, loadInventory, nics } from '../../src/index.ts';
import { ethernet, fakeHost, type FakeHostOptions } from '../../src/testing.ts';
import { playbookFolder } from '../cli/staged-package.ts';
import { typeProblems } from '../support/compile.ts';

// A compiler is started here, and a busy machine takes its time.
jest.setTimeout(60_000);

const root = join(import.meta.dirname, '..', '..');
const page = readFileSync(join(root, 'docs', 'nics.md'), 'utf8');

function blockOf(language: string): string {
  return new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, 'm').exec(page)?.[1] ?? '';
}

const folder = playbookFolder({ 'guest-networks.ts': blockOf('ts') });
mkdirSync(join(folder, 'node_modules'));
symlinkSync(join(root, 'node_modules', 'zod'), join(folder, 'node_modules', 'zod'));
const playbook = join(folder, 'guest-networks.ts');
const hosts = join(folder, 'hosts.yml');
writeFileSync(hosts, blockOf('yaml'));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const kvm1: FakeHostOptions<unknown> = {
  links: [ethernet('eno3', { mac: '52:54:00:00:01:03' }), ethernet('eno4', { mac: '52:54:00:00:01:04' })],
  nics: {
    eno3: { driver: 'ixgbe', pci: '0000:01:00.0' },
    eno4: { driver: 'ixgbe', pci: '0000:01:00.1' },
  },
};
const address = { address: '10.128.1.11/24', broadcast: '10.128.1.255' };
const route = { family: 4, destination: 'default', via: '10.128.1.1' } as const;

describe('docs/nics.md', () => {
  it('has a playbook that type-checks', () => {
    expect(typeProblems([playbook])).toEqual([]);
  });

  it.each([
    ['kvm01', 'eno3', 'eno4'],
    ['kvm40', 'em3', 'em4'],
    ['kvm41', 'p1p1', 'p2p2'],
  ])(
    'has a playbook that fits %s, whose NICs are %s and %s, and does nothing twice',
    async (name, one, two) => {
      const { hosts: known } = await loadInventory([hosts]);
      const { default: example } = (await import(playbook)) as { default: Play };
      const inventoryVars = known.find((host) => host.name === name)?.vars;
      const checked = await example.vars?.['~standard'].validate(inventoryVars);
      const host = fakeHost<unknown>({
        name,
        vars: checked !== undefined && 'value' in checked ? checked.value : {},
        links: [ethernet(one, { mac: '52:54:00:12:34:56' }), ethernet(two)],
        nics: { [two]: { driver: 'i40e', pci: '0000:0a:00.1' } },
        addresses: [{ link: one, ...address }],
        routes: [{ ...route, link: one }],
      });

      await example.run(host);
      const { length } = host.changes;
      await example.run(host);

      expect(checked?.issues).toBeUndefined();
      expect(host.links.get(one)?.controller).toBe('br0');
      expect(host.links.get(`${two}.10`)?.controller).toBe('brvlan-10');
      expect(host.changes).toHaveLength(length);
    },
  );

  it('shows the error that a host gives', async () => {
    const host = fakeHost<unknown>({
      ...kvm1,
      vars: { nics: { uplink1: { driver: 'i40e' } } },
      addresses: [{ link: 'eno3', ...address }],
      routes: [{ ...route, link: 'eno3' }],
    });
    const at = Object.assign(host, { varPlace: () => ({ file: 'hosts.yml', line: 3 }) });

    const error: unknown = await nics(at, ['uplink1']).catch((thrown: unknown) => thrown);

    if (!isKvmplayError(error)) throw error;
    const lines = [error.message, ...error.details.map((line) => `  ${line}`)];
    expect(page).toContain(`\`\`\`\n${lines.join('\n')}\n\`\`\`\n`);
  });
});
