import fc from 'fast-check';

/** An inventory that nobody wrote, with questions about it. */
export interface GeneratedInventory {
  /** Texts by path. */
  readonly files: Readonly<Record<string, string>>;
  readonly sources: readonly string[];
  readonly patterns: readonly string[];
  readonly limits: readonly string[];
}

/** Parents before children, so that none contains itself. */
const groups = ['all', 'ungrouped', 'kvm', 'g2', 'Zoo', 'web', 'db', 'g1', 'rack_a', 'storage'];

const host = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom('kvm1', 'kvm2', 'kvm10', 'h.example.com', 'KVM1', '10', 'ü1', 'a-b_c'),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      ...[
        'kvm[1:3]',
        'kvm[01:03]',
        'kvm[1:5:2]',
        '[a:c]x',
        'n[a:c][1:2]',
        'kvm[08:11]',
        'kvm[:3]',
        'kvm[x:C]',
      ],
      ...['192.0.2.[1:3]', 'r[1:2]-[a:b].lan', 'x[00:02:2]'],
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      ...[
        'kvm1:2222',
        'kvm[1:2]:22',
        '[2001:db8::1]:23',
        '2001:db8::1',
        'kvm3:0',
        'kvm1:x',
        'x_:22',
        '[kvm2]:22',
      ],
    ),
  },
);

const variable = fc.constantFrom(
  'a',
  'b',
  'c',
  'ansible_host',
  'ansible_port',
  'x-y',
  'hosts',
  'group_names',
);
const priority = fc.constantFrom('1', '2', '10', '-1', '"5"');

const scalar = fc.constantFrom(
  ...[
    '',
    '~',
    'null',
    '1',
    '010',
    '0x1F',
    '1_000',
    '1.5',
    '.5e+3',
    '1e3',
    '-0',
    '08',
    'yes',
    'No',
    'y',
    'on',
    "'it''s'",
  ],
  ...[
    '"a\\tb\\x41"',
    'a b',
    'a#b',
    'a #b',
    "'a: b'",
    '[]',
    '{}',
    '[1, a, yes]',
    '{a: 1, b: {c: no}}',
    '[a: b]',
    '!!str 1',
  ],
  ...['!!float 1', '!unsafe "{{ x }}"', '"{{ a }}.{{ b }}"', '2024-01-01', '10.0.0.1'],
  ...[
    '-a',
    '"a\\\n  b"',
    '|\n  a\n   b',
    '|-\n  a # no\n  #b',
    '>\n  a\n  b\n\n  c',
    '|+\n  a\n\n',
    'a\n  b',
    '\n- a\n- b: 1',
  ],
  ...['\n  <<: {a: 1}\n  b: 2', '\n  ? a\n  : b', '[a, # c\n b]', '{"a":1}', '*nobody', '"a', 'a: b', '%a'],
);

interface Group {
  readonly hosts:
    readonly { readonly name: string; readonly vars: Readonly<Record<string, string>> }[] | undefined;
  readonly vars: Readonly<Record<string, string>> | undefined;
  readonly children: Readonly<Record<string, Group | null>> | undefined;
}

const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined });

function varsOf(value: fc.Arbitrary<string>): fc.Arbitrary<Record<string, string>> {
  return fc
    .tuple(fc.dictionary(variable, value, { maxKeys: 2, noNullPrototype: true }), maybe(priority))
    .map(([vars, own]) => (own === undefined ? vars : { ...vars, ansible_group_priority: own }));
}

const bodies = new Map<unknown, Map<string, fc.Arbitrary<Group>>>();

/** The body of a group; `rank` is its place among the groups. Made once: there are many ways to it. */
function groupBody(rank: number, depth: number, value: fc.Arbitrary<string>): fc.Arbitrary<Group> {
  const known = bodies.get(value) ?? new Map<string, fc.Arbitrary<Group>>();
  bodies.set(value, known);
  const body = known.get(`${rank} ${depth}`) ?? makeGroupBody(rank, depth, value);
  known.set(`${rank} ${depth}`, body);
  return body;
}

function makeGroupBody(rank: number, depth: number, value: fc.Arbitrary<string>): fc.Arbitrary<Group> {
  const below = groups.slice(Math.max(rank + 1, 2));
  // Hosts of `ungrouped` that is somebody's child vanish for Ansible.
  const mayHaveChildren = groups[rank] !== 'ungrouped' && below.length > 0 && depth < 3;
  const child = fc
    .constantFrom(...(below.length > 0 ? below : ['none']))
    .chain((name) =>
      fc.tuple(
        fc.constant(name),
        fc.option(fc.constant(null).chain(() => groupBody(groups.indexOf(name), depth + 1, value))),
      ),
    );
  return fc.record({
    hosts: maybe(
      fc.uniqueArray(fc.record({ name: host, vars: varsOf(value) }), {
        maxLength: 3,
        selector: ({ name }) => name,
      }),
    ),
    vars: maybe(varsOf(value)),
    children: mayHaveChildren
      ? maybe(
          fc
            .uniqueArray(child, { maxLength: 3, selector: ([name]) => name })
            .map((entries) => Object.fromEntries<Group | null>(entries)),
        )
      : fc.constant(undefined),
  });
}

function yamlText(value: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const entry = fc
    .constantFrom(...groups)
    .chain((name) => groupBody(groups.indexOf(name), 0, value).map((body) => [name, body] as const));
  return fc
    .uniqueArray(entry, { minLength: 1, maxLength: 4, selector: ([name]) => name })
    .map(
      (entries) => `${entries.flatMap(([name, body]) => [`${name}:`, ...writeGroup(body, 1)]).join('\n')}\n`,
    );
}

function writeGroup({ hosts, vars, children }: Group, depth: number): readonly string[] {
  const pad = '  '.repeat(depth);
  const lines: string[] = [];
  if (vars !== undefined) lines.push(`${pad}vars:`, ...writeVars(vars, depth + 1));
  if (hosts !== undefined) {
    const names = hosts.flatMap((each) => [
      `${pad}  ${JSON.stringify(each.name)}:`,
      ...writeVars(each.vars, depth + 2),
    ]);
    lines.push(`${pad}hosts:`, ...names);
  }
  if (children !== undefined) {
    lines.push(`${pad}children:`);
    for (const [name, body] of Object.entries(children))
      lines.push(`${pad}  ${name}:`, ...(body === null ? [] : writeGroup(body, depth + 2)));
  }
  return lines;
}

function writeVars(vars: Readonly<Record<string, string>>, depth: number): readonly string[] {
  const pad = '  '.repeat(depth);
  return Object.entries(vars).map(([name, value]) => `${pad}${name}: ${value.replaceAll('\n', `\n${pad}`)}`);
}

const plainValue = fc.constantFrom('1', 'x', '"z"', 'yes', '[1, 2]', '{k: v}', '~');

const iniWord = fc.constantFrom(
  ...[
    '1',
    '01',
    '0x1f',
    '1.5',
    '1e3',
    '-3',
    'True',
    'None',
    'yes',
    "'a'",
    '"a b"',
    '"',
    "'",
    '#',
    ' #c',
    ';',
    '=',
    ' ',
    'ü',
  ],
  ...[
    '[1, 2]',
    "{'k': [1, None]}",
    '[',
    '{',
    ',',
    '\\',
    '{{ a }}',
    "u'x'",
    "b'x'",
    '1 + 2',
    'a=b',
    '10.0.0.1',
  ],
  ...["'\\x41'", '00', '1_000', 'not True', '"""x"""', '%', '$HOME', '\t', '\u00a0'],
);
const iniValue = fc
  .tuple(fc.array(iniWord, { maxLength: 3 }), fc.constantFrom('', ' '))
  .map(([words, glue]) => words.join(glue));

const hostLine = fc
  .tuple(
    host,
    fc.array(fc.tuple(variable, fc.constantFrom('=', '=', '=', '=', ''), iniValue), { maxLength: 2 }),
    fc.constantFrom('', '', '', ' # c', '#c'),
  )
  .map(
    ([name, vars, end]) => name + vars.map(([key, sign, value]) => ` ${key}${sign}${value}`).join('') + end,
  );
const varsLine = fc
  .tuple(variable, fc.constantFrom('=', ' = ', '= '), iniValue)
  .map(([name, sign, value]) => name + sign + value);
const section = fc.constantFrom(...groups).chain((name) => {
  const hosts = fc.array(hostLine, { maxLength: 3 }).map((lines) => [`[${name}]`, ...lines]);
  const vars = fc.array(varsLine, { maxLength: 3 }).map((lines) => [`[${name}:vars]`, ...lines]);
  const below = groups.slice(Math.max(groups.indexOf(name) + 1, 2));
  const children = fc
    .subarray(below)
    .map((names) => [`[${name}:children]`, ...names, ...names.map((child) => `[${child}]`)]);
  return name === 'ungrouped' ? fc.oneof(hosts, vars) : fc.oneof(hosts, vars, children);
});
const iniText = fc
  .tuple(
    fc.array(hostLine, { maxLength: 1 }),
    fc.array(section, { maxLength: 5 }),
    fc.constantFrom('\n', '\r\n'),
  )
  .map(([first, sections, end]) => [...first, ...sections.flat(), ''].join(end));

const atom = fc.constantFrom(
  ...[
    'all',
    '*',
    'kvm',
    'web',
    'db',
    'g1',
    'ungrouped',
    'kvm1',
    'kvm*',
    'w*',
    '*.example.com',
    'kvm[1-3]',
    'kvm[!1]',
  ],
  ...[
    'kvm?',
    '~kvm.*',
    '~(kvm|web)1',
    '~.*m$',
    '~(?i)kvm',
    'kvm[0]',
    'kvm[-1]',
    'kvm[0:1]',
    'kvm[1:]',
    'all[0]',
    'all[1:0]',
  ],
  ...['kvm*[0]', 'all[99]', 'nobody', '192.0.2.*', '10', 'KVM1', 'ü1', 'kvm1:22', '[kw]*', '?????', '*1'],
);
const pattern = fc
  .tuple(
    fc.array(fc.tuple(fc.constantFrom('', '', '!', '&'), atom), { minLength: 1, maxLength: 3 }),
    fc.constantFrom(':', ',', ', ', ' '),
  )
  .map(([terms, separator]) => terms.map(([operator, name]) => operator + name).join(separator));
const questions = {
  patterns: fc.array(pattern, { maxLength: 6 }),
  limits: fc.array(pattern, { maxLength: 2 }),
};

export const yamlInventories: fc.Arbitrary<GeneratedInventory> = fc
  .record({ text: yamlText(plainValue), ...questions })
  .map(({ text, ...rest }) => shown({ files: { 'hosts.yml': text }, sources: ['hosts.yml'], ...rest }));

export const yamlValues: fc.Arbitrary<GeneratedInventory> = yamlText(fc.oneof(plainValue, scalar)).map(
  (text) =>
    shown({ files: { 'hosts.yml': `${text}last:\n` }, sources: ['hosts.yml'], patterns: [], limits: [] }),
);

export const iniInventories: fc.Arbitrary<GeneratedInventory> = fc
  .record({ text: iniText, name: fc.constantFrom('hosts', 'hosts.ini', 'hosts.yml'), ...questions })
  .map(({ text, name, ...rest }) => shown({ files: { [name]: text }, sources: [name], ...rest }));

const varsFile = fc.oneof(
  varsOf(plainValue).map((vars) => `${writeVars(vars, 0).join('\n')}\n`),
  fc.constantFrom('', '---\n', '# c\n', '{}', '~', '--- {}\n...\n', '{"a": 1e3}', '---\na: 1\n'),
);
const varsPath = fc
  .tuple(
    fc.constantFrom('', 'inventory/', 'inventory/sub/'),
    fc.constantFrom('group_vars/', 'host_vars/'),
    fc.constantFrom('all', 'kvm', 'web', 'g1', 'ungrouped', 'kvm1', 'h.example.com', '192.0.2.1', '10'),
    fc.constantFrom(
      '',
      '.yml',
      '.yaml',
      '.json',
      '.txt',
      '.yml~',
      '.YML',
      '/x',
      '/y.yml',
      '/.z',
      '/x~',
      '/sub/z',
      '/m.n',
      '.yml/x',
    ),
  )
  .map((parts) => parts.join(''));
const sourceFile = fc.oneof(
  fc.tuple(
    fc.constantFrom('01.yml', '02.yaml', 'z.json', 'sub/h.yml', 'group_vars.yml', '.hidden'),
    yamlText(plainValue),
  ),
  fc.tuple(
    fc.constantFrom('hosts', 'a.ini', 'b.cfg', 'x~', 'c.txt', 'd.conf', 'q.md', 'm', 'r.retry'),
    iniText,
  ),
);

export const folders: fc.Arbitrary<GeneratedInventory> = fc
  .record({
    sources: fc.uniqueArray(sourceFile, { minLength: 1, maxLength: 3, selector: ([name]) => name }),
    vars: fc.array(fc.tuple(varsPath, varsFile), { maxLength: 6 }),
    isFolder: fc.boolean(),
    more: fc.option(fc.constantFrom('kvm1,kvm9', 'kvm7,', 'kvm1:2222,', 'inventory/', './inventory')),
  })
  .map(({ sources, vars, isFolder, more }) => {
    const names = sources.map(([name]) => `inventory/${name}`);
    return shown({
      files: Object.fromEntries([
        ...sources.map(([name, text]) => [`inventory/${name}`, text] as const),
        ...withoutClash(vars),
      ]),
      sources: [...(isFolder ? ['inventory'] : names), ...(more === null ? [] : [more])],
      patterns: [],
      limits: [],
    });
  });

/** A path cannot be both a file and a folder. */
function withoutClash(files: readonly (readonly [string, string])[]): readonly (readonly [string, string])[] {
  return files.filter(([path]) => !files.some(([other]) => other.startsWith(`${path}/`)));
}

/** A counterexample is printed as files that can be copied. */
function shown(inventory: GeneratedInventory): GeneratedInventory {
  return Object.defineProperty(inventory, fc.toStringMethod, {
    value: () => {
      const files = Object.entries(inventory.files).map(([path, text]) => `--- ${path}\n${text}`);
      const { sources, patterns, limits } = inventory;
      return `\n${files.join('')}--- ${JSON.stringify({ sources, patterns, limits })}\n`;
    },
  });
}
