import { describe, expect, it } from '@jest/globals';
import { ensureKernelModule, PlanError, TaskInputError } from '../../src/index.ts';
import { fakeHost } from '../../src/testing.ts';
import { linesOf } from './system-support.ts';

const modules = { nf_conntrack: 'loadable' } as const;

describe('ensureKernelModule', () => {
  it('loads a module now and at boot, with its parameters', async () => {
    const host = fakeHost({ modules });

    const { output } = await ensureKernelModule(host, {
      name: 'nf_conntrack',
      parameters: { hashsize: 65536, acct: true },
    });

    expect(host.changes).toEqual([
      { kind: 'module.load', name: 'nf_conntrack', parameters: { hashsize: '65536', acct: '1' } },
      {
        kind: 'file.write',
        path: '/etc/modules-load.d/nf_conntrack.conf',
        mode: 0o644,
        after: 'nf_conntrack\n',
      },
      {
        kind: 'file.write',
        path: '/etc/modprobe.d/nf_conntrack.conf',
        mode: 0o644,
        after: 'options nf_conntrack hashsize=65536 acct=1\n',
      },
    ]);
    expect(output).toEqual({ loaded: true });
  });

  it('keeps what else stands in its files', async () => {
    const files = {
      '/etc/modules-load.d/nf_conntrack.conf': '# for the firewall\nnf-conntrack\n',
      '/etc/modprobe.d/nf_conntrack.conf':
        'options nf_conntrack acct=0\ninstall x /bin/true\noptions nf-conntrack hashsize=1',
    };
    const host = fakeHost({ files, modules: { nf_conntrack: 'loaded' } });

    await ensureKernelModule(host, { name: 'nf_conntrack', parameters: { hashsize: 2 } });

    expect([...host.files.values()].map(({ content }) => content)).toEqual([
      '# for the firewall\nnf-conntrack\n',
      'options nf_conntrack hashsize=2\ninstall x /bin/true\n',
    ]);
  });

  it('says that a loaded module keeps its parameters', async () => {
    const answers = {
      'module kvm_intel': { state: 'loaded', parameters: { nested: 'N', ept: 'Y' }, uses: 1, links: [] },
    };
    const host = fakeHost({ answers, modules: { kvm_intel: 'loaded' } });

    const { warnings } = await ensureKernelModule(host, {
      name: 'kvm_intel',
      parameters: { nested: true, ept: 1 },
    });

    expect(warnings).toEqual([
      'parameter nested of module kvm_intel stays N until the module is loaded again',
    ]);
  });

  it('loads bonding without a bond that nobody asked for', async () => {
    expect(await linesOf({}, (host) => ensureKernelModule(host, { name: 'bonding' }))).toEqual([
      '+ module bonding max_bonds=0',
      '+ file /etc/modules-load.d/bonding.conf mode 0644',
      '+ file /etc/modprobe.d/bonding.conf mode 0644',
    ]);
  });

  it('no longer loads a module at boot, and unloads it when asked to', async () => {
    const host = fakeHost({ modules });
    await ensureKernelModule(host, { name: 'nf_conntrack', parameters: { hashsize: 1 } });

    await ensureKernelModule(host, { name: 'nf_conntrack', state: 'absent' });
    expect(host.files.size).toBe(0);
    expect(host.modules.get('nf_conntrack')?.state).toBe('loaded');

    await ensureKernelModule(host, { name: 'nf_conntrack', state: 'absent', unload: true });
    expect(host.modules.get('nf_conntrack')?.state).toBe('loadable');
  });

  it.each([
    ['is in use', { uses: 2, links: [] }, 'module e1000e is in use 2 times, it cannot be unloaded'],
    [
      'drives a NIC',
      { uses: 0, links: ['eno3'] },
      'module e1000e drives eno3, which would go with it: unload should be false',
    ],
  ])('refuses to unload a module that %s', async (_, rest, sentence) => {
    const host = fakeHost({ answers: { 'module e1000e': { state: 'loaded', parameters: {}, ...rest } } });

    await expect(ensureKernelModule(host, { name: 'e1000e', state: 'absent', unload: true })).rejects.toThrow(
      new PlanError(sentence),
    );
  });

  it('refuses a module that the kernel does not have', async () => {
    await expect(ensureKernelModule(fakeHost(), { name: 'nonsense' })).rejects.toThrow(
      new PlanError('kernel 3.10.0-957.el7.x86_64 has no module nonsense'),
    );
  });

  it.each([
    ['a name that is an option', { name: '-r' }],
    ['a path', { name: '../x' }],
    ['bonds that no task makes', { name: 'bonding', parameters: { max_bonds: 2 } }],
    ['the end of all bonds', { name: 'bonding', state: 'absent', unload: true }],
    ['to unload what shall be there', { name: 'loop', unload: true }],
    ['a parameter with a blank', { name: 'loop', parameters: { max_loop: '8 16' } }],
  ])('refuses %s', (_, input) => {
    expect(() => ensureKernelModule.task.validate(input)).toThrow(TaskInputError);
  });
});
