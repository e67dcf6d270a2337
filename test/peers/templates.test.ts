import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { loadInventory } from '../../src/inventory/index.ts';
import { needProgram } from '../support/packages.ts';

/** What the expressions refer to. */
const variables = {
  five: 5,
  half: 0.5,
  empty: '',
  nothing: null,
  on: true,
  domain: 'example.com',
  fqdn: '{{ inventory_hostname }}.{{ domain }}',
  ports: ['eno4', 'eno5'],
  numbers: [3, 1, 2],
  mixed: ['b', 'A', 'c', 'A'],
  bond: { name: 'bond6', mode: 'balance-alb', id: 6 },
  vlans: [
    { id: 10, name: 'ten', used: true },
    { id: 11, name: 'eleven', used: false },
  ],
  list_text: '[1, "two", True, None]',
  number_text: '42',
  dotted: '10.0.0.7',
  json: '{"a": [1, 2]}',
  broken: '{{ missing_one }}',
};

/** Values of variables, each evaluated by Ansible and by kvmplay. */
const templates: readonly string[] = [
  '{{ five }}',
  '{{ five + 1 }}',
  '{{ five }} hosts',
  '{{ half }}',
  '{{ on }}',
  '{{ not on }}',
  '{{ nothing }}',
  'a{{ nothing }}b',
  '{{ empty }}',
  '{{ fqdn }}',
  '{{ ports }}',
  '{{ bond }}',
  '{{ bond.mode }}',
  "{{ bond['id'] }}",
  '{{ vlans[1].id }}',
  '{{ vlans.0.name }}',
  '{{ list_text }}',
  '{{ number_text }}',
  '{{ number_text | int }}',
  '{{ number_text | int + 1 }}',
  '{{ json }}',
  "{{ 'True' }}",
  '{{ [1, 2] + [3] }}',
  '[{{ five }}, {{ half }}]',
  "['{{ domain }}', 'b']",
  '{{ inventory_hostname }}',
  '{{ inventory_hostname_short }}',
  '{{ group_names }}',
  '{{ groups.kvm }}',
  "{{ groups['all'] | length }}",
  '{{ groups }}',
  "{{ hostvars['kvm2.lan'].five }}",
  '{{ hostvars[inventory_hostname].fqdn }}',
  "{{ hostvars['kvm2.lan']['inventory_hostname'] }}",
  "{{ groups['kvm'] | map('extract', hostvars, 'fqdn') | list }}",
  '{{ inventory_file }}',
  '{{ inventory_dir }}',
  "{{ missing | default('x') }}",
  '{{ missing | default(five) }}',
  "{{ missing.deeper.still | default('x') }}",
  "{{ empty | default('x') }}",
  "{{ empty | default('x', true) }}",
  "{{ empty | default('x', boolean=True) }}",
  "{{ bond.none | default('x') }}",
  "{{ broken | default('x') }}",
  '{{ missing is defined }}',
  '{{ five is defined and bond.x is not defined }}',
  '{{ missing }}',
  '{{ bond.missing }}',
  '{{ ports[7] }}',
  '{{ broken }}',
  '{{ domain | upper }}',
  '{{ domain | upper | lower | capitalize }}',
  "{{ domain | replace('.', '-') }}",
  "{{ domain | regex_replace('^(\\w+)\\.(.*)$', '\\2.\\1') }}",
  "{{ domain | regex_replace('(?P<first>\\w+)\\..*', '\\g<first>') }}",
  "{{ domain | regex_search('[a-z]+$') }}",
  "{{ domain | regex_search('x(.)', '\\1') }}",
  "{{ dotted | regex_search('(\\d+)$') }}",
  "{{ dotted | regex_findall('\\d+') }}",
  "{{ ports | join(',') }}",
  "{{ numbers | join('-') }}",
  "{{ dotted | split('.') }}",
  "{{ dotted.split('.')[-1] }}",
  "{{ dotted.split('.') | last }}",
  "{{ dotted.split('.')[:3] | join('.') }}",
  "{{ (dotted | split('.') | last | int) + 100 }}",
  '{{ inventory_hostname[-3:] }}',
  '{{ inventory_hostname[::-1] }}',
  '{{ inventory_hostname[1:4] }}',
  "{{ 'a  b c'.split() }}",
  "{{ ' x '.strip() ~ '!' }}",
  "{{ domain.startswith('exa') }}",
  "{{ domain.find('.') }}",
  '{{ ports | first }}',
  '{{ ports | length }}',
  '{{ numbers | sort }}',
  '{{ mixed | sort }}',
  '{{ mixed | sort(reverse=true, case_sensitive=true) }}',
  '{{ mixed | unique }}',
  '{{ numbers | max }}',
  '{{ numbers | sum }}',
  '{{ numbers | reverse | list }}',
  "{{ vlans | map(attribute='name') | list }}",
  "{{ vlans | map(attribute='id') | join(' ') }}",
  "{{ vlans | selectattr('used') | map(attribute='id') | list }}",
  "{{ vlans | selectattr('id', 'gt', 10) | list }}",
  "{{ vlans | rejectattr('name', 'equalto', 'ten') | list }}",
  "{{ vlans | sort(attribute='name') | map(attribute='id') | list }}",
  "{{ ports | map('upper') | list }}",
  "{{ ports | map('regex_replace', '^eno', 'em') | list }}",
  "{{ ports | select('match', 'eno4') | list }}",
  "{{ numbers | select('odd') | list }}",
  '{{ bond | to_json }}',
  'json: {{ vlans | to_json }}',
  '{{ json | from_json }}',
  '{{ (json | from_json).a[1] }}',
  '{{ domain | b64encode }}',
  '{{ domain | b64encode | b64decode }}',
  "{{ domain | hash('sha256') }}",
  "{{ bond | combine({'mode': '802.3ad', 'mtu': 9000}) }}",
  '{{ bond | dict2items }}',
  "{{ [{'key': 'a', 'value': 1}] | items2dict }}",
  "{{ on | ternary('yes', 'no') }}",
  "{{ 'yes' | bool }}",
  "{{ 'off' | bool }}",
  "{{ '1.5' | float }}",
  "{{ '3' | float }}",
  "{{ 'x' | int }}",
  "{{ 'x' | int(7) }}",
  "{{ '0x1f' | int(base=16) }}",
  '{{ 7 / 2 }}',
  '{{ 8 / 2 }}',
  '{{ (8 / 2) | int }}',
  '{{ 7 // 2 }}',
  '{{ -7 // 2 }}',
  '{{ -7 % 3 }}',
  '{{ 2 ** 10 }}',
  '{{ 2 * 3 // 4 }}',
  '{{ 10 - 3 - 2 }}',
  '{{ 10 - 3 + 2 * 2 }}',
  '{{ 2.5 | round }}',
  '{{ 3.14159 | round(2) }}',
  "{{ 'a' * 3 }}",
  "{{ 'x' ~ five ~ nothing }}",
  "{{ 'x' + five }}",
  '{{ five == 5.0 }}',
  "{{ five == '5' }}",
  '{{ 1 < five <= 5 }}',
  "{{ 'eno4' in ports and 'eno9' not in ports }}",
  "{{ 'mode' in bond }}",
  "{{ 'exam' in domain }}",
  "{{ 'a' if five > 3 else 'b' }}",
  "{{ 'a' if five > 9 else 'b' if five > 3 else 'c' }}",
  "{{ 'a' if five > 9 }}",
  "{{ (ports or ['x'])[0] }}",
  "{{ empty or 'fallback' }}",
  '{{ bond.keys() | list }}',
  "{{ bond.get('nope', 'no') }}",
  '{{ range(3) | list }}',
  '{{ range(5, 1, -2) | list }}',
  '{% if on %}yes{% else %}no{% endif %}',
  '{% for p in ports %}{{ p }}{% if not loop.last %},{% endif %}{% endfor %}',
  '{% for k, v in bond.items() %}{{ k }}={{ v }};{% endfor %}',
  '{% set n = five %}{{ n }}',
  '{% set n = five + 1 %}{{ n }}-{{ n }}',
  '{# nothing #}text',
  "{{ '{{ five }}' }}",
  "{{ 'back\\slash' }}",
  "{{ 'line\\nbreak' }}",
  "{{ domain | basename }} {{ '/etc/a.conf' | basename }} {{ '/etc/a.conf' | dirname }}",
  "{{ 'it is' | quote }}",
  "{{ '%s-%02d' | format('kvm', 7) }}",
  '{{ [[1, 2], [3, [4]]] | flatten }}',
  "{{ ports | difference(['eno4']) }}",
  "{{ ports | union(['eno9', 'eno4']) }}",
  '{{ ports | zip(numbers) | list }}',
  '{{ five | string }}',
  '{{ five | nosuchfilter }}',
  "{{ lookup('env', 'HOME') }}",
  '{{ domain.constructor }}',
  "{{ ''.__class__ }}",
  '{{ 1 / 0 }}',
  "{{ 'unclosed }}",
  '{{ five',
  '{{ five five }}',
  '{{ nothing is none }}',
  "{{ {'a': {'b': {'c': 1}}} }}",
  "{{ bond | combine({'slaves': {'a': {'b': 2}}}) }}",
  "{{ {'a': {'b': 1, 'l': [1]}} | combine({'a': {'c': 2, 'l': [2]}}, recursive=true) }}",
  "{{ {'a': [1, 2], 'b': 1} | combine({'a': [2, 3]}, list_merge='append_rp') }}",
  "{{ {'a': [1, 2]} | combine([{'a': [3]}, {'b': 1}], list_merge='prepend') }}",
  "{{ 'kvm-01.example.com it' | title }} {{ 'kvm-01.example.com it'.title() }}",
  "{{ 'a.b/c d,e[f]' | regex_escape }}",
  "{{ '%5.1f|%-4d|%+d|%e|%g|%x|%r|%%' | format(half, five, five, half, half, five, domain) }}",
  "{{ '%.0f %.0f %.2f' | format(0.5, 1.5, 2.675) }}",
  "{{ '%d' | format(ports) }}",
  "{{ '%d' | format(1, 2) }}",
  "{{ '%02d' % five }} {{ '%s-%s' % (five, domain) }} {{ '%s' % ports }}",
  '{{ five | round(1) }} {{ half | round }} {{ 2.675 | round(2) }} {{ five | round(0, "ceil") }}',
  '{{ ports | round }}',
  '{{ ports | abs }}',
  '{{ ports * 2 }} {{ 2 * domain }}',
  '{{ domain * 1.5 }}',
  '{{ 2.5 + 2.5 }} {{ 2 ** -1 }} {{ 1e3 }} {{ 1_000 }}',
  '{{ five is ne 4 }} {{ five is divisibleby 5 }} {{ on is sameas true }} {{ 1 + five is odd }}',
  '{{ domain is odd }}',
  "{{ dotted is upper }} {{ domain is lower }} {{ '' is lower }}",
  '{% for p in ports %}["{{ p }}"],{% endfor %}',
  '{{ [1, 2] }} # comment',
  "{% set v = domain | regex_replace('^(\\w+).*$', '\\1') %}{{ v }}",
  "{% set v = 'it\\'s\\n' %}{{ v }}",
  "{{ ''.splitlines() }}",
  "{{ 'Müller & Söhne' | regex_replace('\\W+', '_') }}",
  "{{ 'Müller' | regex_search('^\\w+$') }}",
  "{{ 'a]b' | regex_replace('[]]', '-') }} {{ 'a-b_c' | regex_replace('[\\W_-]', '') }}",
  "{{ 'KVM' | regex_search('(?i)kvm') }}",
  "{{ 'aaa' | regex_replace('a{,2}', 'b') }} {{ 'a{b}' | regex_replace('{', '') }}",
  "{{ 'a\n' | regex_search('a$') }}",
  "{{ domain | regex_search('\\Aexample\\b.*\\Z') }}",
  "{{ domain | regex_search('\\k') }}",
  "{{ domain is match('exa') }} {{ domain is search('com$') }}",
  '{{ bond is mapping }} {{ ports is mapping }} {{ domain is string }} {{ five is number }}',
];

/** Refused here with a sentence, whatever Ansible makes of it. */
const refused = new Set(["{{ lookup('env', 'HOME') }}", "{{ ''.__class__ }}"]);

type Outcome = { readonly value: unknown } | 'fails';

let folder: string;
let ofAnsible: readonly Outcome[];
let ofKvmplay: readonly Outcome[];

beforeAll(async () => {
  await needProgram('/usr/bin/ansible-playbook', 'ansible-core');
  folder = await mkdtemp(join(tmpdir(), 'kvmplay-templates-'));
  const hosts = join(folder, 'hosts.yml');
  const vars = { ...variables, ...Object.fromEntries(templates.map((text, index) => [`t${index}`, text])) };
  const inventory = {
    kvm: { hosts: { 'kvm1.lan': {}, 'kvm2.lan': {} }, vars },
    store: { hosts: { 'kvm1.lan': {} } },
  };
  await writeFile(hosts, JSON.stringify(inventory));
  [ofAnsible, ofKvmplay] = await Promise.all([evaluateByAnsible(hosts), evaluateHere(hosts)]);
  await rm(folder, { recursive: true });
}, 240_000);

async function evaluateByAnsible(hosts: string): Promise<readonly Outcome[]> {
  const tasks = templates.map((text, index) => ({
    name: `t${index}`,
    debug: { msg: text },
    ignore_errors: true,
  }));
  const playbook = join(folder, 'play.yml');
  const play = { hosts: 'kvm1.lan', gather_facts: false, connection: 'local', tasks };
  await writeFile(playbook, JSON.stringify([play]));
  const { stdout } = await promisify(execFile)('ansible-playbook', ['-i', hosts, playbook], {
    env: { ...process.env, ANSIBLE_NOCOLOR: '1', ANSIBLE_STDOUT_CALLBACK: 'default' },
    maxBuffer: 64 * 1024 * 1024,
  });
  const answers = stdout.split(/^TASK \[/m).slice(1);
  expect(answers).toHaveLength(templates.length);
  return answers.map((answer) => {
    const json = /^ok: \[kvm1\.lan\] => (\{.*?^\})/ms.exec(answer)?.[1];
    if (json === undefined) return 'fails';
    return { value: (JSON.parse(json) as { readonly msg: unknown }).msg };
  });
}

async function evaluateHere(hosts: string): Promise<readonly Outcome[]> {
  const {
    hosts: [host],
  } = await loadInventory([hosts]);
  return templates.map((_, index) => {
    try {
      return { value: host?.vars[`t${index}`] };
    } catch {
      return 'fails';
    }
  });
}

describe('templates of an inventory', () => {
  it.each(templates.map((template, index) => [template, index] as const))(
    'evaluate %s as Ansible does',
    (template, index) => {
      expect(ofKvmplay[index]).toEqual(refused.has(template) ? 'fails' : ofAnsible[index]);
    },
  );
});
