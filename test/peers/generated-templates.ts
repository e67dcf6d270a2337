import fc from 'fast-check';

/** What the expressions refer to. */
export const templateVariables = {
  five: 5,
  half: 0.5,
  neg: -3,
  empty: '',
  nothing: null,
  on: true,
  off: false,
  text: 'kvm-01.Example.com',
  word: 'eno4',
  list: ['b', 'A', 'c'],
  nums: [3, 1, 2],
  mixed: [1, 'a', null],
  nested: [
    [1, 2],
    [3, [4]],
  ],
  map: { b: 1, a: 'x', c: [1] },
  rows: [
    { id: 2, n: 'x', u: true },
    { id: 1, n: 'y' },
    { id: 3, n: 'x', u: false },
  ],
  digits: '42',
  spelt: "['x', 1]",
  ip: '10.0.0.7',
  lines: 'a\nb\n',
  umlaut: 'Müller & Söhne',
  yes: 'yes',
  spaced: ' a  b ',
  composed: '{{ five }}-{{ word }}',
};

type Expression = fc.Arbitrary<string>;

const textNames = fc.constantFrom(
  ...[
    'text',
    'word',
    'empty',
    'digits',
    'spelt',
    'ip',
    'lines',
    'umlaut',
    'yes',
    'spaced',
    'composed',
    "'a,b'",
    "''",
  ],
  ...['"q"', "'10'", 'inventory_hostname', "nope | default('d')", 'map.a', 'rows[0].n'],
);
const numberNames = fc.constantFrom(
  'five',
  'half',
  'neg',
  '1',
  '0',
  '2.5',
  '3.0',
  '10',
  'map.b',
  'rows[1].id',
  '1e3',
);
const listNames = fc.constantFrom(
  ...[
    'list',
    'nums',
    'mixed',
    'nested',
    'rows',
    '[1, 2]',
    '[]',
    'group_names',
    'groups.kvm',
    'nums[1:]',
    'list[::-1]',
  ],
);
const mappingNames = fc.constantFrom('map', 'rows[0]', "{'k': 1}", '{}', "{'a': {'b': 2}}");
const truths = fc.constantFrom(
  'on',
  'off',
  'true',
  'False',
  'none',
  'nothing',
  'five > 3',
  "'e' in word",
  'text is defined',
  'nope is defined',
);

const textFilters = fc.constantFrom(
  ...[
    'lower',
    'upper',
    'capitalize',
    'title',
    'trim',
    'basename',
    'dirname',
    'quote',
    'b64encode',
    'md5',
    'regex_escape',
  ],
  ...[
    "hash('sha1')",
    "replace('e', 'E')",
    "replace('o', '0', 1)",
    "regex_replace('[aeiou]', 'V')",
    "regex_replace('\\W+', '_')",
  ],
  ...[
    "regex_replace('^(.)(.*)$', '\\2\\1')",
    "regex_search('[0-9]+')",
    "default('d')",
    "default('d', true)",
    'first',
    'last',
  ],
  ...['reverse', "regex_replace('O', 'o', ignorecase=True)"],
);
const textMethods = fc.constantFrom(
  ...[
    'upper()',
    'lower()',
    'strip()',
    "lstrip('k')",
    'rstrip()',
    "replace('e', 'X')",
    'zfill(6)',
    'title()',
    'capitalize()',
  ],
);
const listFilters = fc.constantFrom(
  ...[
    'list',
    'unique',
    'sort',
    'reverse | list',
    'flatten',
    'flatten(levels=1)',
    'sort(reverse=true)',
    'select | list',
  ],
  ...[
    "map('upper') | list",
    "map('int') | list",
    "select('string') | list",
    "reject('none') | list",
    "select('gt', 1) | list",
  ],
  ...[
    "map(attribute='id') | list",
    "map(attribute='nope', default=0) | list",
    "selectattr('u') | list",
    "rejectattr('u') | list",
  ],
  ...[
    "selectattr('n', 'eq', 'x') | map(attribute='id') | list",
    "sort(attribute='id') | map(attribute='n') | list",
  ],
  ...[
    "select('match', '^[ab]') | list",
    "difference([1, 'a'])",
    "intersect([1, 'b'])",
    'union([9, 1])',
    "map('first') | list",
  ],
);
const tests = fc.constantFrom(
  ...[
    'defined',
    'none',
    'string',
    'number',
    'integer',
    'float',
    'boolean',
    'truthy',
    'mapping',
    'iterable',
    'odd',
    'even',
  ],
  ...[
    'divisibleby 2',
    "eq 'x'",
    'ne 5',
    'lt 3',
    "in [1, 'x']",
    "contains 'a'",
    "match 'k'",
    "search '[0-9]'",
    'lower',
    'upper',
  ],
  ...['sameas true'],
);
const formats = fc.constantFrom(
  '%s',
  '%d',
  '%02d',
  '%5s|',
  '%.2f',
  '%x',
  '%-4s|',
  '%%',
  '%05.1f',
  '%+d',
  '%r',
  '%e',
  '%g',
);

/** Expressions of each kind, `depth` operations deep. */
function expressions(
  depth: number,
): Readonly<Record<'text' | 'number' | 'list' | 'mapping' | 'truth' | 'any', Expression>> {
  if (depth === 0) {
    const any = fc.oneof(textNames, numberNames, listNames, mappingNames, truths);
    return {
      text: textNames,
      number: numberNames,
      list: listNames,
      mapping: mappingNames,
      truth: truths,
      any,
    };
  }
  const under = expressions(depth - 1);
  const [text, number, list, mapping, truth, any] = [
    under.text.map(bracketed),
    under.number.map(bracketed),
    under.list.map(bracketed),
    under.mapping.map(bracketed),
    under.truth.map(bracketed),
    under.any.map(bracketed),
  ];
  const made = {
    text: fc.oneof(
      textNames,
      joined(text, ' | ', textFilters),
      joined(text, '.', textMethods),
      joined(text, ' ~ ', any),
      joined(list, ' | ', fc.constantFrom('join', "join('-')")),
      joined(text, '', fc.constantFrom('[0]', '[-1]', '[1:]', '[:2]', '[::-1]', '[1:3]', '[9]', '[::2]')),
      joined(any, ' | ', fc.constantFrom("ternary('t', 'f')", "ternary('t', 'f', 'n')")),
      fc.tuple(formats, any).map(([format, value]) => `'${format}' | format(${value})`),
      joined(
        formats.map((format) => `'${format}'`),
        ' % ',
        any,
      ),
      fc.tuple(text, truth, text).map(([yes, condition, no]) => `${yes} if ${condition} else ${no}`),
    ),
    number: fc.oneof(
      numberNames,
      fc
        .tuple(number, fc.constantFrom('+', '-', '*', '/', '//', '%'), number)
        .map(([left, operator, right]) => `${left} ${operator} ${right}`),
      joined(
        any,
        ' | ',
        fc.constantFrom('int', 'float', 'length', 'int(7)', 'abs', 'round', 'round(1)', "round(0, 'floor')"),
      ),
      joined(list, ' | ', fc.constantFrom('sum', 'max', 'min', 'first', 'last')),
      joined(text, '.', fc.constantFrom("find('e')", "count('e')")),
      joined(list, '', fc.constantFrom('[0]', '[-1]', '[9]')),
    ),
    list: fc.oneof(
      listNames,
      joined(list, ' | ', listFilters),
      joined(list, ' + ', list),
      joined(text, ' | ', fc.constantFrom('list', "split('.')", 'split', "regex_findall('[a-z]+')")),
      joined(text, '.', fc.constantFrom('split()', "split('.', 1)", "rsplit('.', 1)", 'splitlines()')),
      joined(mapping, ' | ', fc.constantFrom('list', 'dict2items', 'sort')),
      joined(list, '', fc.constantFrom('[1:]', '[:2]', '[::-1]', '[-2:]')),
      fc.tuple(any, any).map(([first, second]) => `[${first}, ${second}]`),
    ),
    mapping: fc.oneof(
      mappingNames,
      fc
        .tuple(mapping, mapping, fc.constantFrom('', ', recursive=true', ", list_merge='append'"))
        .map(([first, second, options]) => `${first} | combine(${second}${options})`),
      any.map((value) => `{'k': ${value}, word: {'l': five}}`),
    ),
    truth: fc.oneof(
      truths,
      fc
        .tuple(any, fc.constantFrom('==', '!=', '<', '>=', 'and', 'or'), any)
        .map(([left, operator, right]) => `${left} ${operator} ${right}`),
      joined(any, ' is ', joined(fc.constantFrom('', 'not '), '', tests)),
      any.map((value) => `not ${value}`),
      joined(any, ' | ', fc.constant('bool')),
      joined(text, '.', fc.constantFrom("startswith('k')", "endswith('m')", 'isdigit()', 'isalpha()')),
    ),
  };
  return { ...made, any: fc.oneof(made.text, made.number, made.list, made.mapping, made.truth) };
}

function joined(left: Expression, glue: string, right: Expression): Expression {
  return fc.tuple(left, right).map((parts) => parts.join(glue));
}

function bracketed(expression: string): string {
  return /^[\w.'[\]]+$/.test(expression) ? expression : `(${expression})`;
}

const { any, truth, list } = expressions(2);

/** Values of variables. */
export const templates: Expression = fc.oneof(
  any.map((value) => `{{ ${value} }}`),
  any.map((value) => `x{{ ${value} }}y`),
  fc
    .tuple(any, fc.constantFrom(' ', '\n', '.', ''), any)
    .map(([first, glue, second]) => `{{ ${first} }}${glue}{{ ${second} }}`),
  fc
    .tuple(truth, any)
    .map(([condition, value]) => `{% if ${condition} %}a{% else %}{{ ${value} }}{% endif %}`),
  list.map((items) => `{% for i in ${items} %}{{ i }}{% if not loop.last %};{% endif %}{% endfor %}`),
);
