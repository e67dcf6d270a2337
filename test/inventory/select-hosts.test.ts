import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { InventoryError } from '../../src/errors.ts';
import { loadInventory } from '../../src/inventory/load-inventory.ts';
import { selectHosts } from '../../src/inventory/select-hosts.ts';

const inventory = await loadInventory([join(import.meta.dirname, '../fixtures/inventory/patterns.yml')]);

function select(pattern: string): string {
  return selectHosts(inventory, pattern)
    .map(({ name }) => name)
    .join(' ');
}

describe('selectHosts', () => {
  // What ansible 2.14 --list-hosts selects, brought into the order of the inventory.
  it.each([
    [
      'all',
      'kvm01 kvm02 kvm03 kvm04 kvm05 kvm06 kvm07 kvm08 kvm09 kvm10 ceph-a.example.com ceph-b.example.com 2001:db8::1',
    ],
    [
      '*',
      'kvm01 kvm02 kvm03 kvm04 kvm05 kvm06 kvm07 kvm08 kvm09 kvm10 ceph-a.example.com ceph-b.example.com 2001:db8::1',
    ],
    ['kvm', 'kvm01 kvm02 kvm03 kvm04 kvm05 kvm06 kvm07 kvm08 kvm09 kvm10'],
    ['kvm:!maintenance', 'kvm01 kvm02 kvm04 kvm05 kvm06 kvm08 kvm09 kvm10'],
    ['kvm,!maintenance', 'kvm01 kvm02 kvm04 kvm05 kvm06 kvm08 kvm09 kvm10'],
    ['!maintenance:kvm', 'kvm01 kvm02 kvm04 kvm05 kvm06 kvm08 kvm09 kvm10'],
    [
      '!maintenance',
      'kvm01 kvm02 kvm04 kvm05 kvm06 kvm08 kvm09 kvm10 ceph-a.example.com ceph-b.example.com 2001:db8::1',
    ],
    ['&rack1:!maintenance', 'kvm01 kvm02 kvm04 kvm05'],
    ['kvm:&maintenance', 'kvm03 kvm07'],
    ['rack1:storage', 'kvm01 kvm02 kvm03 kvm04 kvm05 ceph-a.example.com ceph-b.example.com 2001:db8::1'],
    ['rack1,ceph-a.example.com', 'kvm01 kvm02 kvm03 kvm04 kvm05 ceph-a.example.com'],
    ['kvm[0]', 'kvm01'],
    ['kvm[-1]', 'kvm10'],
    ['kvm[-2]', 'kvm09'],
    ['kvm[0:2]', 'kvm01 kvm02 kvm03'],
    ['kvm[8:]', 'kvm09 kvm10'],
    ['kvm[2:99]', 'kvm03 kvm04 kvm05 kvm06 kvm07 kvm08 kvm09 kvm10'],
    ['kvm[2:0]', 'kvm03'],
    ['kvm[2:1]', ''],
    ['kvm[1-3]', 'kvm02 kvm03 kvm04'],
    ['kvm[0:3]:!kvm[1]', 'kvm01 kvm03 kvm04'],
    ['kvm0*', 'kvm01 kvm02 kvm03 kvm04 kvm05 kvm06 kvm07 kvm08 kvm09'],
    ['*.example.com', 'ceph-a.example.com ceph-b.example.com'],
    ['kvm0?', 'kvm01 kvm02 kvm03 kvm04 kvm05 kvm06 kvm07 kvm08 kvm09'],
    ['kvm0[!135]', 'kvm02 kvm04 kvm06 kvm07 kvm08 kvm09'],
    ['rack*', 'kvm01 kvm02 kvm03 kvm04 kvm05 kvm06 kvm07 kvm08 kvm09 kvm10'],
    ['~kvm0[1-3]', 'kvm01 kvm02 kvm03'],
    ['~(kvm01|ceph)', 'kvm01 ceph-a.example.com ceph-b.example.com'],
    ['~kvm0[1-3]$', 'kvm01 kvm02 kvm03'],
    ['~.*0$', 'kvm10'],
    ['~\\Akvm10\\Z', 'kvm10'],
    ['~(?i)KVM01', 'kvm01'],
    ['~vm01', ''],
    ['kvm01', 'kvm01'],
    ['2001:db8::1', '2001:db8::1'],
    ['kvm01,2001:db8::1', 'kvm01 2001:db8::1'],
    ['rack1:&kvm0*:!kvm02', 'kvm01 kvm03 kvm04 kvm05'],
    ['rack2:rack1', 'kvm01 kvm02 kvm03 kvm04 kvm05 kvm06 kvm07 kvm08 kvm09 kvm10'],
    ['*[0:2]', 'kvm03 kvm07 ceph-a.example.com'],
    ['kvm0*[1:2]', 'kvm02 kvm03'],
    ['ungrouped', ''],
    ['ungrouped[0]', ''],
    ['ungrouped[-1]', ''],
    ['c*:!~.*-b', 'ceph-a.example.com'],
  ])('selects for %s: %s', (pattern, names) => {
    expect(select(pattern)).toBe(names);
  });

  it.each([
    ['', 'pattern "" is empty and should name groups or hosts'],
    [' , ', 'pattern " , " is empty and should name groups or hosts'],
    ['kvm:!', 'pattern "kvm:!" has an operator with no name after it'],
    ['~kvm[12', 'pattern "~kvm[12" has a bracket without its other half'],
    ['kvm1]:kvm2', 'pattern "kvm1]:kvm2" has a bracket without its other half'],
    ['maintenence', 'maintenence is neither a group nor a host of the inventory; did you mean maintenance?'],
    [
      'kvm:!maintainance',
      'maintainance is neither a group nor a host of the inventory; did you mean maintenance?',
    ],
    ['kvm:&KVM01', 'KVM01 is neither a group nor a host of the inventory; did you mean kvm01?'],
    ['router', 'router is neither a group nor a host of the inventory'],
    ['2001:db8::2', '2001:db8::2 is neither a group nor a host of the inventory; did you mean 2001:db8::1?'],
    ['kvm[10]', 'kvm[10] does not exist: kvm has 10 hosts'],
    ['router[0:3]', 'router is neither a group nor a host of the inventory'],
    ['~kvm(', '~kvm( is not a regular expression'],
    ['kv[z-a]*', 'kv[z-a]* is not a glob'],
  ])('refuses %j', (pattern, sentence) => {
    expect(() => select(pattern)).toThrow(InventoryError);
    expect(() => select(pattern)).toThrow(sentence);
  });

  it('takes a glob that matches nothing for nobody', () => {
    expect(select('vmware*')).toBe('');
  });

  const operand = fc.oneof(
    fc.constantFrom('all', '*', 'kvm', 'rack1', 'rack2', 'maintenance', 'kvm01', 'kvm0*', '~kvm', 'kvm[0:3]'),
    fc.string({ maxLength: 12 }),
  );
  const pattern = fc.oneof(
    fc.string({ unit: fc.constantFrom(...'kvm01all*?[]!&~:,-. ()\\^$'.split('')), maxLength: 20 }),
    fc.string({ maxLength: 40 }),
    fc
      .array(fc.tuple(fc.constantFrom('', '&', '!'), operand), { maxLength: 5 })
      .map((terms) => terms.map((term) => term.join('')).join(':')),
  );

  it('selects hosts of the inventory in its order, or throws InventoryError', () => {
    const order = inventory.hosts.map(({ name }) => name);

    fc.assert(
      fc.property(pattern, (text) => {
        try {
          const names = selectHosts(inventory, text).map(({ name }) => name);
          expect(order.filter((name) => names.includes(name))).toEqual(names);
        } catch (error) {
          if (!(error instanceof InventoryError)) {
            throw error;
          }
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('selects every host either by a group or by its exclusion', () => {
    fc.assert(
      fc.property(fc.constantFrom(...inventory.groups.keys()), (group) => {
        const both = selectHosts(inventory, group).length + selectHosts(inventory, `!${group}`).length;

        expect(both).toBe(inventory.hosts.length);
      }),
    );
  });
});
