import { describe, expect, it } from '@jest/globals';
import { toConsole } from '../../../src/engine/transaction/to-console.ts';
import { kindOf } from '../../../src/changes/index.ts';
import { toWork } from '../../../src/engine/transaction/transaction-work.ts';
import type { Change } from '../../../src/model/change.ts';

describe('toConsole', () => {
  it('tells the commands that take changes back, the last one first', () => {
    const changes: readonly Change[] = [
      { kind: 'module.load', name: 'bonding', parameters: {} },
      { kind: 'address.delete', address: { link: 'eno3', address: '10.128.1.10/24' } },
      {
        kind: 'port.add',
        port: 'eno3',
        controller: 'breno3',
        controllerKind: 'bridge',
        alone: { up: true, mtu: 1500 },
      },
      { kind: 'file.write', path: '/etc/sysconfig/network-scripts/ifcfg-breno3', mode: 0o644, after: '' },
    ];

    expect(toConsole(toWork(changes, kindOf).steps)).toEqual([
      'on its console, as far as it is not so already:',
      'ip link set dev eno3 nomaster',
      'ip link set dev eno3 up',
      'ip address add 10.128.1.10/24 dev eno3',
    ]);
  });

  it('says nothing when only files were to change', () => {
    const changes: readonly Change[] = [{ kind: 'file.delete', path: '/etc/x', mode: 0o644, before: '' }];

    expect(toConsole(toWork(changes, kindOf).steps)).toEqual([]);
  });
});
