import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { InventoryError } from '../../src/errors.ts';
import { evaluateInventory, formatInventoryJson, loadInventory } from '../../src/inventory/index.ts';
import type { HostVars } from '../../src/model/host.ts';
import type { Inventory } from '../../src/model/inventory.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kvmplay-templates-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function load(text: string): Promise<Inventory> {
  const file = join(folder, 'hosts.yml');
  await writeFile(file, text);
  return loadInventory([file]);
}

/** Variables of kvm1, which has these and those of its group. */
async function varsOf(lines: readonly string[], extraVars?: HostVars): Promise<HostVars> {
  const text = `kvm:
  vars:
    domain: example.com
    port: 22
  hosts:
    kvm1:
${lines.map((line) => `      ${line}\n`).join('')}    kvm2:
`;
  const inventory = evaluateInventory(await load(text), extraVars);
  return inventory.hosts[0]?.vars ?? {};
}

async function refusal(lines: readonly string[], name: string): Promise<string> {
  const vars = await varsOf(lines);
  try {
    return `no error: ${JSON.stringify(vars[name])}`;
  } catch (error) {
    if (error instanceof InventoryError) return error.message.replaceAll(`${folder}/`, '');
    throw error;
  }
}

describe('a variable with a template', () => {
  it('is evaluated when it is read, through the variables it refers to', async () => {
    const vars = await varsOf([
      "ansible_host: '{{ fqdn }}'",
      "fqdn: '{{ inventory_hostname }}.{{ domain }}'",
    ]);

    expect(vars['ansible_host']).toBe('kvm1.example.com');
    expect({ ...vars }).toEqual({
      domain: 'example.com',
      port: 22,
      fqdn: 'kvm1.example.com',
      ansible_host: 'kvm1.example.com',
    });
  });

  it('keeps the kind of a value that it is nothing but', async () => {
    const vars = await varsOf([
      "same: '{{ port }}'",
      "more: '{{ port + 1 }}'",
      "list: ['{{ port }}', '{{ domain }}']",
    ]);

    expect(vars).toMatchObject({ same: 22, more: '23', list: [22, 'example.com'] });
  });

  it('sees extra variables, which win', async () => {
    const vars = await varsOf(["fqdn: '{{ inventory_hostname }}.{{ domain }}'"], {
      domain: 'lab.{{ tld }}',
      tld: 'test',
    });

    expect(vars['fqdn']).toBe('kvm1.lab.test');
  });

  it('harms nobody who does not read it', async () => {
    const vars = await varsOf(["bad: '{{ missing }}'", 'good: 1']);

    expect(Object.keys(vars)).toEqual(['domain', 'port', 'bad', 'good']);
    expect(vars['good']).toBe(1);
  });

  it('is left as it is when it is marked as unsafe', async () => {
    expect(await varsOf(["raw: !unsafe '{{ port }}'", "uses: '{{ raw }}'"])).toMatchObject({
      raw: '{{ port }}',
      uses: '{{ port }}',
    });
  });

  it('is listed as it is written', async () => {
    const inventory = await load("kvm: { hosts: { kvm1: { a: '{{ missing }}', b: !unsafe '{{ x }}' } } }");

    const { _meta } = JSON.parse(formatInventoryJson(inventory)) as { _meta: { hostvars: unknown } };
    expect(_meta.hostvars).toEqual({ kvm1: { a: '{{ missing }}', b: { __ansible_unsafe: '{{ x }}' } } });
  });

  it.each([
    [
      'refers to what is not defined',
      ["address: 'x.{{ domian }}'"],
      'hosts.yml:7: variable address of kvm1 refers to domian, which is not defined; is it domain?',
    ],
    [
      'refers to a variable that does',
      ["address: '{{ inner }}'", "inner: '{{ zone }}'"],
      'hosts.yml:8: variable inner of kvm1 refers to zone, which is not defined',
    ],
    [
      'refers to itself',
      ["address: '{{ inner }}'", "inner: '{{ address }}'"],
      'hosts.yml:7: variable address of kvm1 refers to itself: address > inner > address',
    ],
    [
      'uses a filter that nobody knows',
      ["address: '{{ domain | uper }}'"],
      'hosts.yml:7: variable address of kvm1 uses the filter uper, which kvmplay does not know; is it upper?',
    ],
    [
      'calls a lookup',
      ['address: \'{{ lookup("env", "HOME") }}\''],
      'hosts.yml:7: variable address of kvm1 calls lookup, and kvmplay has no lookups: give the value by --extra-vars or a TypeScript inventory',
    ],
    [
      'is not closed',
      ["address: '{{ domain'"],
      'hosts.yml:7: variable address of kvm1 is no template: expected variable end',
    ],
    [
      'uses a statement that is not for values',
      ['address: \'{% include "x" %}\''],
      'hosts.yml:7: variable address of kvm1 uses {% include %}, which kvmplay does not know',
    ],
    [
      'is the whole of another host',
      ["address: '{{ hostvars.kvm2 }}'"],
      'hosts.yml:7: variable address of kvm1 is all variables of hosts at once, and should name one',
    ],
  ])('names host, variable and place when it %s', async (_, lines, sentence) => {
    expect(await refusal(lines, 'address')).toBe(sentence);
  });

  it.each([
    '{{ domain.constructor }}',
    '{{ domain.constructor.constructor("return 1")() }}',
    "{{ domain['__proto__'] }}",
    '{{ [].constructor }}',
    '{{ {}.__proto__ }}',
    '{{ range.constructor }}',
    '{{ hostvars.constructor }}',
    '{{ domain.split.constructor }}',
    '{{ domain.toString() }}',
    "{{ domain | map(attribute='constructor') | list }}",
    "{{ {'a': 1} | combine({'b': 2}, __proto__=1) }}",
  ])('cannot reach the objects of JavaScript by %s', async (template) => {
    expect(await refusal([`address: ${JSON.stringify(template)}`], 'address')).toMatch(
      /^hosts\.yml:7: variable address of kvm1 /,
    );
  });
});

describe('the value of a template', () => {
  // What ansible 2.14 makes of them.
  it.each([
    ["{{ {'a': {'b': {'c': port}}} }}", { a: { b: { c: 22 } } }],
    [
      "{{ {'a': {'b': 1, 'l': [1]}} | combine({'a': {'c': 2, 'l': [2]}}, recursive=true) }}",
      { a: { b: 1, l: [2], c: 2 } },
    ],
    ["{{ {'a': [1, 2]} | combine({'a': [2, 3]}, list_merge='append_rp') }}", { a: [1, 2, 3] }],
    ["{{ {'a': [1]} | combine([{'a': [3]}, {'b': 1}], list_merge='prepend') }}", { a: [3, 1], b: 1 }],
    ["{{ 'kvm-01.example.com it' | title }}", 'Kvm-01.example.com It'],
    ['{{ "it\'s,a" | regex_escape }}', "it's,a"],
    [
      "{{ '%5.1f|%-4d|%+d|%05d|%x|%g|%r' | format(0.5, 5, 5, -42, 255, 0.5, domain) }}",
      "  0.5|5   |+5|-0042|ff|0.5|'example.com'",
    ],
    ["{{ '%.0f %.0f %e' | format(0.5, 1.5, 0.5) }}", '0 2 5.000000e-01'],
    ["{{ '%02d' % port }} {{ '%s-%s' % (port, domain) }}", '22 22-example.com'],
    ['{{ 5 | round(1) }} {{ 0.5 | round }} {{ 2.675 | round(2) }}', '5 0.0 2.67'],
    ['{{ [1] * 2 }}', [1, 1]],
    ['{{ 2.5 + 2.5 }} {{ 2 ** -1 }} {{ 1e3 }} {{ 1_000 }}', '5.0 0.5 1000.0 1000'],
    ['{{ port is ne 4 }} {{ true is sameas true }} {{ 1 + port is even }}', 'True True 2'],
    ["{{ '10.0.0.7' is upper }}", false],
    ["{{ [1, none, [2, 'null']] | flatten }}", [1, 2]],
    ['{{ [none, [none]] | flatten(skip_nulls=false) }}', [null, null]],
    ["{{ {'a': [1]} | combine({'a': [1]}, list_merge='append') }}", { a: [1] }],
    ["{{ (1.0 | bool) and not (2 | bool) }} {{ '%%' % [1] }}", 'True %'],
    ['{{ 0.00001 + 0 }} {{ 10 ** 16 * 1.0 }}', '1e-05 1e+16'],
    ['{% for p in [1, 2] %}[{{ p }}],{% endfor %}', [[1], [2]]],
    ['{{ [1, 2] }} # comment', [1, 2]],
    ["{% set v = domain | regex_replace('^(\\\\w+).*$', '\\\\1') %}{{ v }}", 'example'],
    ["{{ 'Müller & Söhne' | regex_replace('\\W+', '_') }}", 'Müller_Söhne'],
    ["{{ 'a]b' | regex_replace('[]]', '-') }}", 'a-b'],
    ["{{ 'KVM' | regex_search('(?i)kvm') }}", 'KVM'],
    ["{{ 'aaa' | regex_replace('a{,2}', 'b') }}", 'bbb'],
    ["{{ domain | regex_search('\\Aexample\\b') }}", 'example'],
  ])('of %s is as Ansible has it', async (template, value) => {
    const vars = await varsOf([`made: ${JSON.stringify(template)}`]);

    expect(vars['made']).toEqual(value);
  });

  it.each([
    ["{{ '%d' | format([1]) }}", 'formats as a number what is none'],
    ["{{ '%d' | format(1, 2) }}", 'formats more values than its pattern names'],
    ["{{ '%(a)s' | format(1) }}", 'formats by "%(", which kvmplay does not know'],
    ['{{ [1] | round }}', 'gives a list to the filter round, which takes numbers'],
    ['{{ domain * 1.5 }}', 'calculates a text * a number'],
    ['{{ domain is odd }}', 'tests a text, and should test a number'],
    [
      "{{ domain | regex_search('\\k') }}",
      'has the regular expression "\\\\k", which is none that kvmplay knows',
    ],
    ["{{ {} | combine({}, list_merge='both') }}", 'gives list_merge both to the filter combine'],
  ])('of %s does not exist', async (template, sentence) => {
    expect(await refusal([`made: ${JSON.stringify(template)}`], 'made')).toContain(sentence);
  });
});
