import { describe, expect, it } from '@jest/globals';
import { toTransactions } from '../../../src/engine/transaction/to-transactions.ts';
import { kindOf } from '../../../src/changes/index.ts';
import type { Change } from '../../../src/model/change.ts';

const file: Change = { kind: 'file.write', path: '/etc/x', mode: 0o644, after: '' };
const owner: Change = {
  kind: 'file.update',
  path: '/etc/x',
  before: { mode: 0o644 },
  after: { mode: 0o600 },
};
const sysctl: Change = { kind: 'sysctl.set', key: 'vm.swappiness', before: '60', after: '10' };
const install: Change = { kind: 'package.install', manager: 'apt', names: ['chrony'] };
const service: Change = {
  kind: 'service.set',
  name: 'chronyd',
  manager: 'systemd',
  before: { running: false },
  after: { running: true },
};

const cases: [string, readonly Change[], readonly (readonly Change[])[]][] = [
  ['nothing into nothing', [], []],
  ['settings and files into one', [sysctl, file, sysctl, owner], [[sysctl, file, sysctl, owner]]],
  ['a service after its file', [file, service, sysctl], [[file], [service, sysctl]]],
  ['a service after the owner of its file', [owner, service], [[owner], [service]]],
  [
    'services that no file is for into one',
    [sysctl, service, service, file],
    [[sysctl, service, service, file]],
  ],
  [
    'packages by themselves',
    [file, install, install, service, file, service],
    [[file], [install, install], [service, file], [service]],
  ],
];

describe('toTransactions', () => {
  it.each(cases)('cuts %s', (_, changes, expected) => {
    expect(toTransactions(changes, kindOf)).toEqual(expected);
  });
});
