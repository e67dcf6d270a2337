/** Returns the files of a new project by name. `version` is that of kvmplay. */
export function projectFiles(name: string, version: string): ReadonlyMap<string, string> {
  return new Map([
    ['kvmplay.config.ts', config],
    ['hosts.yml', hosts],
    ['playbooks/bond6.ts', playbook],
    ['package.json', packageOf(name, version)],
    ['tsconfig.json', tsconfig],
    ['.gitignore', 'node_modules/\n.lab/\n*.vault-password\n'],
    ['README.md', readmeOf(name)],
  ]);
}

const config = `import { defineConfig } from 'kvmplay';

// Defaults for options of the command line; see \`kvmplay config\`.
export default defineConfig({
  inventory: ['hosts.yml'],
});
`;

const hosts = `# Ansible's shape; an INI inventory, a folder or a program will do as well.
all:
  vars:
    ansible_user: root
  children:
    kvm:
      vars:
        bondPorts: [eno4, eno5]
        vlans: [10, 11, 12]
      hosts:
        kvm1.example.com:
        kvm2.example.com:
    # Hosts that plays leave alone: the playbooks run on kvm:!maintenance.
    maintenance:
`;

const playbook = `import { ensureBond, ensureBridge, ensureVlan, play } from 'kvmplay';
import { z } from 'zod';

// bond6 on two NICs, br6 on it, and for each VLAN a bridge for its guests.
export default play({
  name: 'bond6 with VLAN bridges',
  hosts: 'kvm:!maintenance',
  vars: z.object({
    bondPorts: z.array(z.string()).default(['eno4', 'eno5']),
    vlans: z.array(z.number()).default([10, 11, 12]),
  }),
  async run(host) {
    const { bondPorts, vlans } = host.vars;
    const bond = await ensureBond(host, { name: 'bond6', mode: 'active-backup', ports: bondPorts });
    await ensureBridge(host, { name: 'br6', ports: [bond.output.name] });
    for (const id of vlans) {
      const vlan = await ensureVlan(host, { parent: 'br6', id });
      await ensureBridge(host, { name: \`brvlan6-\${id}\`, ports: [vlan.output.name] });
    }
  },
});
`;

function packageOf(name: string, version: string): string {
  const project = {
    name,
    private: true,
    type: 'module',
    scripts: { check: 'kvmplay check playbooks/*.ts' },
    dependencies: { kvmplay: `^${version}`, zod: '^4.0.0' },
  };
  return `${JSON.stringify(project, undefined, 2)}\n`;
}

// Only the editor needs this file, not kvmplay.
const tsconfig = `${JSON.stringify(
  {
    compilerOptions: {
      target: 'es2023',
      lib: ['es2023'],
      module: 'nodenext',
      strict: true,
      noUncheckedIndexedAccess: true,
      allowImportingTsExtensions: true,
      skipLibCheck: true,
      noEmit: true,
    },
    include: ['**/*.ts'],
  },
  undefined,
  2,
)}\n`;

function readmeOf(name: string): string {
  return `# ${name}

The network of our KVM hosts.

\`\`\`sh
kvmplay check playbooks/bond6.ts            # types, inventory, variables; no host is touched
kvmplay run playbooks/bond6.ts --check -D   # what would change, host by host
kvmplay run playbooks/bond6.ts
\`\`\`

To try it without a host, on a Debian machine as root:

\`\`\`sh
kvmplay lab up -n 2
kvmplay run playbooks/bond6.ts -i .lab/inventory.yml
kvmplay lab down
\`\`\`
`;
}
