import { callFilter } from './filters.ts';
import { itemAt } from './item-at.ts';
import { callMethod, isMethod } from './methods.ts';
import { calculate, contains, holds, range, slice } from './operators.ts';
import { formatPercent } from './percent-format.ts';
import { parsePythonLiteral, toText } from './python-text.ts';
import type { Arguments, Expression, Statement } from './syntax.ts';
import { defined, TemplateError, Undefined } from './template-error.ts';
import { callTest } from './tests.ts';
import { describe, Float, isMapping, isNumber, isTrue, itemsOf, LazyMapping, numberOf } from './values.ts';

/** Where a template finds variables. */
export interface Scope {
  /** Returns `Undefined` for a name without a variable. */
  lookup(name: string): unknown;
}

/**
 * The value of a template: of one that is nothing but an expression its value, otherwise text. As Ansible without
 * `jinja2_native` has it, numbers become text unless the expression is nothing but a variable, and text that spells a list, a
 * mapping or a boolean becomes one. Throws TemplateError.
 */
export function evaluateTemplate(template: readonly Statement[], scope: Scope): unknown {
  const [first, ...rest] = template;
  const single = first?.kind === 'output' && rest.length === 0 ? first.value : undefined;
  if (single === undefined) return toAnsible(print(template, scope));
  const value = defined(evaluate(single, scope));
  if (single.kind === 'name' && (isNumber(value) || value === null)) return plain(value);
  if (value === null) return '';
  if (typeof value === 'string' && single.kind === 'filter' && textFilters.has(single.name)) return value;
  return typeof value === 'object' || typeof value === 'boolean'
    ? isNumber(value)
      ? toText(value)
      : plain(value)
    : toAnsible(toText(value));
}

/** Filters whose result stays text, whatever it looks like. */
const textFilters: ReadonlySet<string> = new Set(['string', 'to_json']);

/** Ansible turns a text that looks like a list, a mapping or a boolean into one. */
function toAnsible(text: string): unknown {
  if (!/^[[{]|^(?:True|False)$/.test(text)) return text;
  return parsePythonLiteral(text) ?? text;
}

/** The value without types that only templates have. */
function plain(value: unknown): unknown {
  if (value instanceof Undefined) throw value.toError();
  if (value instanceof Float) return value.value;
  if (value instanceof LazyMapping)
    throw new TemplateError('is all variables of hosts at once, and should name one');
  if (Array.isArray(value)) return value.map(plain);
  if (isMapping(value))
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
  return value;
}

/** Names that a template defines, by `set` and `for`. */
class InnerScope implements Scope {
  readonly names = new Map<string, unknown>();
  readonly #outer: Scope;

  constructor(outer: Scope) {
    this.#outer = outer;
  }

  lookup(name: string): unknown {
    return this.names.has(name) ? this.names.get(name) : this.#outer.lookup(name);
  }
}

function print(statements: readonly Statement[], outer: Scope): string {
  const scope = new InnerScope(outer);
  let text = '';
  for (const statement of statements) {
    switch (statement.kind) {
      case 'text':
        text += statement.text;
        break;
      case 'output': {
        const value = evaluate(statement.value, scope);
        text += value === null ? '' : toText(value);
        break;
      }
      case 'if':
        text += print(
          isTrue(evaluate(statement.condition, scope)) ? statement.body : statement.otherwise,
          scope,
        );
        break;
      case 'set':
        scope.names.set(statement.name, evaluate(statement.value, scope));
        break;
      case 'for':
        text += printLoop(statement, scope);
        break;
    }
  }
  return text;
}

function printLoop(
  { names, list, body, otherwise }: Extract<Statement, { kind: 'for' }>,
  outer: Scope,
): string {
  const items = itemsOf(evaluate(list, outer), 'goes through the items');
  if (items.length === 0) return print(otherwise, outer);
  return items
    .map((item, index) => {
      const scope = new InnerScope(outer);
      const parts = names.length === 1 ? [item] : itemsOf(item, 'takes apart the items');
      if (parts.length !== names.length) {
        throw new TemplateError(
          `takes items apart into ${names.length} names, and one has ${parts.length} parts`,
        );
      }
      names.forEach((name, place) => scope.names.set(name, parts[place]));
      scope.names.set('loop', {
        index: index + 1,
        index0: index,
        first: index === 0,
        last: index === items.length - 1,
        length: items.length,
      });
      return print(body, scope);
    })
    .join('');
}

function evaluate(expression: Expression, scope: Scope): unknown {
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'name':
      return scope.lookup(expression.name);
    case 'list':
      return expression.items.map((item) => defined(evaluate(item, scope)));
    case 'mapping':
      return Object.fromEntries(
        expression.pairs.map(([key, value]) => [
          toText(evaluate(key, scope)),
          defined(evaluate(value, scope)),
        ]),
      );
    case 'item':
      return itemAt(evaluate(expression.target, scope), evaluate(expression.key, scope));
    case 'slice':
      return slice(
        evaluate(expression.target, scope),
        expression.bounds.map((bound) => (bound === undefined ? undefined : evaluate(bound, scope))),
      );
    case 'call':
      return call(expression, scope);
    case 'filter': {
      const { positional, named } = evaluateArguments(expression, scope);
      return callFilter(expression.name, evaluate(expression.input, scope), positional, named);
    }
    case 'test': {
      const { positional } = evaluateArguments(expression, scope);
      return callTest(expression.name, evaluate(expression.input, scope), positional);
    }
    case 'choice':
      if (isTrue(evaluate(expression.condition, scope))) return evaluate(expression.body, scope);
      return expression.otherwise === undefined ? '' : evaluate(expression.otherwise, scope);
    case 'not':
      return !isTrue(evaluate(expression.operand, scope));
    case 'negative':
    case 'positive': {
      const value = evaluate(expression.operand, scope);
      const number = numberOf(defined(value));
      if (number === undefined) throw new TemplateError(`puts a sign before ${describe(value)}`);
      const signed = expression.kind === 'negative' ? -number : number;
      return value instanceof Float ? new Float(signed) : signed;
    }
    case 'and': {
      const left = evaluate(expression.left, scope);
      return isTrue(left) ? evaluate(expression.right, scope) : left;
    }
    case 'or': {
      const left = evaluate(expression.left, scope);
      return isTrue(left) ? left : evaluate(expression.right, scope);
    }
    case 'in':
      return contains(evaluate(expression.right, scope), evaluate(expression.left, scope));
    case 'arithmetic': {
      const left = defined(evaluate(expression.left, scope));
      const right = defined(evaluate(expression.right, scope));
      if (expression.operator !== '%' || typeof left !== 'string')
        return calculate(expression.operator, left, right);
      const isTuple = expression.right.kind === 'list' && expression.right.isTuple === true;
      if (isTuple) return formatPercent(left, right as readonly unknown[]);
      // Python looks names up in a list or mapping, and ignores members that are not used.
      return formatPercent(left, [right], { mayBeLeft: Array.isArray(right) || isMapping(right) });
    }
    case 'compare':
      return compareAll(expression, scope);
  }
}

function evaluateArguments(
  { positional, named }: Arguments,
  scope: Scope,
): { positional: readonly unknown[]; named: ReadonlyMap<string, unknown> } {
  return {
    positional: positional.map((argument) => evaluate(argument, scope)),
    named: new Map([...named].map(([name, argument]) => [name, evaluate(argument, scope)])),
  };
}

function call({ callee, ...given }: Extract<Expression, { kind: 'call' }>, scope: Scope): unknown {
  const { positional, named } = evaluateArguments(given, scope);
  if (callee.kind === 'item' && callee.key.kind === 'literal') {
    const target = defined(evaluate(callee.target, scope));
    const name = toText(callee.key.value);
    if (isMethod(target, name) && named.size === 0) return callMethod(target, name, positional.map(defined));
    throw new TemplateError(`calls ${name} of ${describe(target)}, which kvmplay does not know`);
  }
  if (callee.kind !== 'name') throw new TemplateError('calls what is no function');
  if (callee.name === 'range') return range(positional);
  const isLookup = ['lookup', 'query', 'q'].includes(callee.name);
  throw new TemplateError(
    isLookup
      ? `calls ${callee.name}, and kvmplay has no lookups: give the value by --extra-vars or a TypeScript inventory`
      : `calls ${callee.name}, which kvmplay does not know`,
  );
}

function compareAll({ first, rest }: Extract<Expression, { kind: 'compare' }>, scope: Scope): boolean {
  let left = evaluate(first, scope);
  for (const { operator, operand } of rest) {
    const right = evaluate(operand, scope);
    if (!holds(operator, left, right)) return false;
    left = right;
  }
  return true;
}
