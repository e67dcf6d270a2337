import { describe, expect, it } from '@jest/globals';
import { ensureAddress, ensureBond, ensureBridge, ensureVlan, TaskInputError } from 'kvmplay';
import { fakeHost } from 'kvmplay/testing';
import type { Task } from '../../src/model/task.ts';

const wrong: [string, Pick<Task<unknown, unknown, unknown>, 'validate'>, unknown, string][] = [
  [
    'VLAN id 0',
    ensureVlan.task,
    { parent: 'br6', id: 0 },
    'ensureVlan br6.0: id is 0, it should be a whole number from 1 to 4094',
  ],
  [
    'VLAN id 4095',
    ensureVlan.task,
    { parent: 'br6', id: 4095 },
    'ensureVlan br6.4095: id is 4095, it should be a whole number from 1 to 4094',
  ],
  [
    'an id in quotes',
    ensureVlan.task,
    { parent: 'br6', id: '10' },
    'ensureVlan br6.10: id is "10", it should be a whole number from 1 to 4094',
  ],
  [
    'a missing field',
    ensureVlan.task,
    { id: 10 },
    'ensureVlan: parent is missing, it should be the name of a link: 1 to 15 bytes without blank, slash, colon or percent sign',
  ],
  [
    'no object at all',
    ensureVlan.task,
    'br6',
    'ensureVlan: the input is "br6", it should be an object of fields',
  ],
  [
    'nothing',
    ensureVlan.task,
    undefined,
    'ensureVlan: the input is missing, it should be an object of fields',
  ],
  [
    'a misspelt field',
    ensureBridge.task,
    { name: 'br6', prots: ['eno4'] },
    'ensureBridge br6: unknown field prots, did you mean ports?',
  ],
  [
    'a misspelt field, before the one it leaves missing',
    ensureVlan.task,
    { paretn: 'br6', id: 1 },
    'ensureVlan: unknown field paretn, did you mean parent?',
  ],
  [
    'a field that is like no other',
    ensureVlan.task,
    { parent: 'a', id: 1, hostname: 1 },
    'ensureVlan a.1: unknown field hostname, the fields are parent, id, name, state, mtu, mac',
  ],
  [
    'a misspelt field inside a list',
    ensureAddress.task,
    { link: 'eno3', routes: [{ destination: '10.0.0.0/8', vai: '10.1.1.1' }] },
    'ensureAddress eno3: routes[0] unknown field vai, did you mean via?',
  ],
  [
    'a wrong item of a list',
    ensureBond.task,
    { name: 'bond6', ports: ['eno4', 5] },
    'ensureBond bond6: ports[1] is 5, it should be the name of a link: 1 to 15 bytes without blank, slash, colon or percent sign',
  ],
  [
    'an item twice',
    ensureBond.task,
    { name: 'bond6', ports: ['eno4', 'eno4'] },
    'ensureBond bond6: ports is ["eno4","eno4"], it should be a list of names of NICs without repetitions',
  ],
  [
    'a word in place of true',
    ensureBridge.task,
    { name: 'br6', stp: 'yes' },
    'ensureBridge br6: stp is "yes", it should be true or false',
  ],
  [
    'an unknown state',
    ensureBridge.task,
    { name: 'br6', state: 'gone' },
    `ensureBridge br6: state is "gone", it should be 'present' or 'absent'`,
  ],
  [
    'an unknown bond mode',
    ensureBond.task,
    { name: 'bond6', mode: 7 },
    'ensureBond bond6: mode is 7, it should be 0 to 6 or one of balance-rr, active-backup, balance-xor, broadcast, 802.3ad, balance-tlb, balance-alb',
  ],
  [
    'an address without prefix length',
    ensureAddress.task,
    { link: 'eno3', addresses: ['10.0.0.1'] },
    'ensureAddress eno3: addresses[0] is "10.0.0.1", it should be an address with its prefix length, such as "10.128.1.10/24"',
  ],
  [
    'a multicast MAC',
    ensureBridge.task,
    { name: 'br6', mac: '01:00:5e:00:00:01' },
    'ensureBridge br6: mac is "01:00:5e:00:00:01", it should be a MAC address of one device, such as "52:54:00:12:34:56"',
  ],
  [
    'a route that is no network',
    ensureAddress.task,
    { link: 'eno3', routes: [{ destination: '10.0.0.1/8' }] },
    'ensureAddress eno3: routes[0].destination is "10.0.0.1/8", it should be a network with its prefix length, such as "10.0.0.0/8", or "default"',
  ],
];

describe('validate', () => {
  it.each(wrong)('says in one sentence what is wrong with %s', (_, task, input, sentence) => {
    expect(() => task.validate(input)).toThrow(new TaskInputError(sentence));
  });

  it('takes undefined for a field that is left out, as variables of an inventory are', () => {
    expect(ensureVlan.task.validate({ parent: 'br6', id: 10, name: undefined })).toMatchObject({
      parent: 'br6',
      state: 'present',
    });
  });

  it('takes a mode by name or by number', () => {
    const modes = [6, 'balance-alb'].map((mode) => ensureBond.task.validate({ name: 'bond6', mode }).mode);

    expect(modes).toEqual(['balance-alb', 'balance-alb']);
  });
});

describe('a task function', () => {
  it('performs its task on the host and hands on what that returns', async () => {
    const performed: unknown[] = [];
    const perform = ((task: unknown, input: unknown) => {
      performed.push(task, input);
      return Promise.resolve('result');
    }) as unknown as ReturnType<typeof fakeHost>['perform'];

    const result: unknown = await ensureVlan({ perform }, { parent: 'br6', id: 10 });

    expect(result).toBe('result');
    expect(performed).toEqual([ensureVlan.task, { parent: 'br6', id: 10 }]);
  });

  it('rejects wrong input and leaves the host alone', async () => {
    const host = fakeHost();

    await expect(ensureVlan(host, { parent: 'br6', id: 0 })).rejects.toThrow(TaskInputError);
    expect(host.changes).toEqual([]);
  });
});
