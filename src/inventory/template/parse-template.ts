import { loadNunjucks, type NunjucksNode, type NunjucksTokens } from './nunjucks.ts';
import type { Arguments, ArithmeticOperator, Expression, Statement } from './syntax.ts';
import { jinjaParser } from './jinja-parser.ts';
import { TemplateError } from './template-error.ts';
import { Float } from './values.ts';

/** Reads a template. Throws TemplateError for syntax that Jinja or kvmplay does not know. */
export function parseTemplate(text: string): readonly Statement[] {
  const nunjucks = loadNunjucks();
  let root: NunjucksNode;
  try {
    const tokens = nunjucks.lexer.lex(text, { trimBlocks: true });
    readLikeJinja(tokens);
    root = jinjaParser(nunjucks, tokens).parseAsRoot();
  } catch (error) {
    throw new TemplateError(`is no template: ${explain(error)}`, { cause: error });
  }
  return toStatements(root);
}

/**
 * Ansible doubles the backslashes between `{{` and `}}`, so that in a string they stand for themselves. Between `{%` and `%}` they mean
 * what they mean in a string of Python.
 */
function readString(tokens: NunjucksTokens, delimiter: string, isInBlock: boolean): string {
  tokens.forward();
  let text = '';
  while (tokens.current() !== delimiter) {
    if (tokens.isFinished()) throw new Error(`a string has no ${delimiter} at its end`);
    if (isInBlock && tokens.current() === '\\') {
      text += tokens.current();
      tokens.forward();
    }
    text += tokens.current();
    tokens.forward();
  }
  tokens.forward();
  return isInBlock ? unescape(text) : text;
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '\n': '' };

function unescape(text: string): string {
  return text.replace(
    /\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|([0-7]{1,3})|([^]))/g,
    (whole, hex?: string, long?: string, octal?: string, letter: string = '') => {
      const code = hex ?? long;
      if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16));
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
      return escapes[letter] ?? (/['"\\]/.test(letter) ? letter : whole);
    },
  );
}

/** Strings, and that braces which close a mapping do not end the expression: `{{ {'a': {'b': 1}} }}`. */
function readLikeJinja(tokens: NunjucksTokens): void {
  let depth = 0;
  let isInBlock = false;
  const nextToken = tokens.nextToken.bind(tokens);
  const extractString = tokens._extractString.bind(tokens);
  tokens._parseString = (delimiter) => readString(tokens, delimiter, isInBlock);
  tokens._extractString = (text) => (depth > 0 && text.endsWith('}}') ? null : extractString(text));
  tokens.nextToken = () => {
    const token = nextToken();
    if (token?.type === 'left-curly') depth++;
    if (token?.type === 'right-curly') depth--;
    if (token?.type === 'block-start' || token?.type === 'variable-start')
      isInBlock = token.type === 'block-start';
    return token;
  };
}

function explain(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/^\(.*?\)\s*(\[[^\]]*\])?\s*/s, '').replace(/^parse\w+: /, '');
}

function toStatements(list: unknown): readonly Statement[] {
  if (list === null || list === undefined) return [];
  const node = list as NunjucksNode;
  return node.typename === 'If' ? toStatement(node) : childrenOf(node).flatMap(toStatement);
}

function toStatement(node: NunjucksNode): readonly Statement[] {
  switch (node.typename) {
    case 'Output':
      return childrenOf(node).map((child) =>
        child.typename === 'TemplateData'
          ? { kind: 'text', text: String(child['value']) }
          : { kind: 'output', value: toExpression(child) },
      );
    case 'If':
      return [
        {
          kind: 'if',
          condition: field(node, 'cond'),
          body: toStatements(node['body']),
          otherwise: toStatements(node['else_']),
        },
      ];
    case 'For':
      return [
        {
          kind: 'for',
          names: namesOf(node['name'] as NunjucksNode),
          list: field(node, 'arr'),
          body: toStatements(node['body']),
          otherwise: toStatements(node['else_']),
        },
      ];
    case 'Set': {
      const [target, ...more] = node['targets'] as readonly NunjucksNode[];
      if (target === undefined || more.length > 0 || node['value'] === null) throw unsupported('this set');
      return [{ kind: 'set', name: nameOf(target), value: field(node, 'value') }];
    }
    default:
      throw unsupported(`{% ${node.typename.toLowerCase()} %}`);
  }
}

function namesOf(node: NunjucksNode): readonly string[] {
  return node.typename === 'Array' ? childrenOf(node).map(nameOf) : [nameOf(node)];
}

function nameOf(node: NunjucksNode): string {
  const name = String(node['value']);
  if (node.typename === 'Symbol' && /^[\p{L}_][\p{L}\p{N}_]*$/u.test(name)) return name;
  throw new TemplateError(`is no template: ${JSON.stringify(name)} is no name`);
}

const arithmetic: Readonly<Record<string, ArithmeticOperator>> = {
  Add: '+',
  Sub: '-',
  Mul: '*',
  Div: '/',
  FloorDiv: '//',
  Mod: '%',
  Pow: '**',
  Concat: '~',
};

const constants: Readonly<Record<string, boolean | null>> = { True: true, False: false, None: null };

function toExpression(node: NunjucksNode): Expression {
  const operator = arithmetic[node.typename];
  if (operator !== undefined) {
    return { kind: 'arithmetic', operator, left: field(node, 'left'), right: field(node, 'right') };
  }
  switch (node.typename) {
    case 'Literal':
      return toLiteral(node['value']);
    case 'Symbol': {
      const number = toNumber(String(node['value']));
      if (number !== undefined) return { kind: 'literal', value: number };
      const name = nameOf(node);
      const constant = constants[name];
      return constant === undefined ? { kind: 'name', name } : { kind: 'literal', value: constant };
    }
    case 'Group': {
      const items = childrenOf(node).map(toExpression);
      return items.length === 1 && items[0] !== undefined ? items[0] : { kind: 'list', items, isTuple: true };
    }
    case 'Array':
      return { kind: 'list', items: childrenOf(node).map(toExpression) };
    case 'Dict':
      return {
        kind: 'mapping',
        pairs: childrenOf(node).map((pair) => [field(pair, 'key'), field(pair, 'value')]),
      };
    case 'LookupVal':
      return { kind: 'item', target: field(node, 'target'), key: field(node, 'val') };
    case 'Slice':
      return {
        kind: 'slice',
        target: field(node, 'target'),
        bounds: (node['bounds'] as readonly (NunjucksNode | undefined)[]).map((bound) =>
          bound === undefined ? undefined : toExpression(bound),
        ),
      };
    case 'FunCall':
      return {
        kind: 'call',
        callee: field(node, 'name'),
        ...toArguments(childrenOf(node['args'] as NunjucksNode)),
      };
    case 'Filter': {
      const [input, ...rest] = childrenOf(node['args'] as NunjucksNode);
      if (input === undefined) throw unsupported('a filter of nothing');
      const name = String((node['name'] as NunjucksNode)['value']);
      return { kind: 'filter', name, input: toExpression(input), ...toArguments(rest) };
    }
    case 'Is':
      return {
        kind: 'test',
        name: String(node['name']),
        input: field(node, 'input'),
        ...toArguments(node['args'] as readonly NunjucksNode[]),
      };
    case 'InlineIf':
      return {
        kind: 'choice',
        condition: field(node, 'cond'),
        body: field(node, 'body'),
        otherwise: node['else_'] === null ? undefined : field(node, 'else_'),
      };
    case 'Not':
      return { kind: 'not', operand: field(node, 'target') };
    case 'Neg':
      return { kind: 'negative', operand: field(node, 'target') };
    case 'Pos':
      return { kind: 'positive', operand: field(node, 'target') };
    case 'And':
      return { kind: 'and', left: field(node, 'left'), right: field(node, 'right') };
    case 'Or':
      return { kind: 'or', left: field(node, 'left'), right: field(node, 'right') };
    case 'In':
      return { kind: 'in', left: field(node, 'left'), right: field(node, 'right') };
    case 'Compare':
      return {
        kind: 'compare',
        first: field(node, 'expr'),
        rest: (node['ops'] as readonly NunjucksNode[]).map((operand) => ({
          operator: String(operand['type']),
          operand: field(operand, 'expr'),
        })),
      };
    default:
      throw unsupported(node.typename);
  }
}

function toLiteral(value: unknown): Expression {
  if (
    value instanceof Float ||
    value === null ||
    typeof value === 'string' ||
    typeof value === 'number' ||
    typeof value === 'boolean'
  )
    return { kind: 'literal', value };
  throw unsupported('a regular expression between slashes');
}

/** Reads `1e3` and `1_000`, which nunjucks takes for names. */
function toNumber(text: string): number | Float | undefined {
  if (!/^\d+(?:_\d+)*(?:[eE]\d+(?:_\d+)*)?$/.test(text)) return undefined;
  const number = Number(text.replaceAll('_', ''));
  return /e/i.test(text) ? new Float(number) : number;
}

function toArguments(nodes: readonly NunjucksNode[]): Arguments {
  const positional: Expression[] = [];
  const named = new Map<string, Expression>();
  for (const node of nodes) {
    if (node.typename !== 'KeywordArgs') {
      positional.push(toExpression(node));
      continue;
    }
    for (const pair of childrenOf(node)) {
      named.set(nameOf(pair['key'] as NunjucksNode), field(pair, 'value'));
    }
  }
  return { positional, named };
}

function field(node: NunjucksNode, name: string): Expression {
  return toExpression(node[name] as NunjucksNode);
}

function childrenOf(node: NunjucksNode): readonly NunjucksNode[] {
  return node['children'] as readonly NunjucksNode[];
}

function unsupported(what: string): TemplateError {
  return new TemplateError(`uses ${what}, which kvmplay does not know`);
}
