import type { Nunjucks, NunjucksNode, NunjucksParser, NunjucksTokens } from './nunjucks.ts';
import { Float } from './values.ts';

/** Tokens that begin the argument of a test written without brackets, and words that never do. */
const argumentTypes = new Set(['string', 'int', 'float', 'boolean', 'none', 'left-bracket', 'left-curly']);
const notArguments = new Set(['if', 'else', 'or', 'and', 'is', 'in', 'not']);

/** The parser of nunjucks, which reads slices, chains of conditions and operators of one rank as Jinja does. */
export function jinjaParser({ parser }: Nunjucks, tokens: NunjucksTokens): NunjucksParser {
  class JinjaParser extends parser.Parser {
    parseInlineIf(): NunjucksNode {
      let node = this.parseOr();
      while (this.skipSymbol('if')) {
        const cond = this.parseOr();
        const otherwise = this.skipSymbol('else') ? this.parseInlineIf() : null;
        node = { typename: 'InlineIf', body: node, cond, else_: otherwise };
      }
      return node;
    }

    parseAdd(): NunjucksNode {
      return this.#binary({ '+': 'Add', '-': 'Sub' }, () => this.parseMul());
    }

    parseMul(): NunjucksNode {
      return this.#binary({ '*': 'Mul', '/': 'Div', '//': 'FloorDiv', '%': 'Mod' }, () => this.parsePow());
    }

    override parseIs(): NunjucksNode {
      return this.parseCompare();
    }

    /** `1.0` stays a number with a point. */
    override parsePrimary(noPostfix?: boolean): NunjucksNode {
      const token = this.peekToken();
      const node = super.parsePrimary(noPostfix);
      const isFloat = token?.type === 'float' && node.typename === 'Literal';
      return isFloat ? { typename: 'Literal', value: new Float(Number(token.value)) } : node;
    }

    /** A test binds to the expression directly before it, as a filter does. */
    override parseUnary(noFilters?: boolean): NunjucksNode {
      let node = super.parseUnary(noFilters);
      if (noFilters === true) return node;
      while (this.skipSymbol('is')) node = this.parseFilter(this.#parseTest(node));
      return node;
    }

    /** After `is`: `defined`, `not odd`, `divisibleby(2)`, `divisibleby 2`. */
    #parseTest(input: NunjucksNode): NunjucksNode {
      const isNegated = this.skipSymbol('not');
      const name = this.nextToken();
      if (name === null || !['symbol', 'none', 'boolean'].includes(name.type))
        return this.fail(`expected the name of a test, got ${name?.value ?? 'the end'}`);
      const test = { typename: 'Is', name: name.value, input, args: this.#parseTestArguments() };
      return isNegated ? { typename: 'Not', target: test } : test;
    }

    #parseTestArguments(): readonly NunjucksNode[] {
      const token = this.peekToken();
      if (token?.type === 'left-paren') return this.parseSignature()['children'] as readonly NunjucksNode[];
      const isWord = token?.type === 'symbol' && !notArguments.has(token.value);
      return isWord || argumentTypes.has(token?.type ?? '') ? [this.parsePrimary()] : [];
    }

    parseFilterArgs(): unknown {
      return this.peekToken()?.type === 'left-paren' ? this.parseSignature()['children'] : [];
    }

    parsePostfix(node: NunjucksNode): NunjucksNode {
      for (;;) {
        const token = this.peekToken();
        if (token?.type === 'left-paren') {
          node = { typename: 'FunCall', name: node, args: this.parseSignature() };
        } else if (token?.type === 'left-bracket') {
          this.nextToken();
          node = this.#parseSubscript(node);
        } else if (token?.type === 'operator' && token.value === '.') {
          this.nextToken();
          for (const val of this.#parseAttributes()) node = { typename: 'LookupVal', target: node, val };
        } else {
          return node;
        }
      }
    }

    #binary(names: Readonly<Record<string, string>>, parseOperand: () => NunjucksNode): NunjucksNode {
      let left = parseOperand();
      for (;;) {
        const token = this.peekToken();
        const typename = token?.type === 'operator' ? names[token.value] : undefined;
        if (typename === undefined) return left;
        this.nextToken();
        left = { typename, left, right: parseOperand() };
      }
    }

    /** After a dot. Of `list.0.name` the lexer takes `0.` for a number. */
    #parseAttributes(): readonly NunjucksNode[] {
      const token = this.nextToken();
      if (token !== null && ['symbol', 'none', 'boolean'].includes(token.type))
        return [{ typename: 'Literal', value: token.value }];
      if (token?.type === 'int' || token?.type === 'float') {
        const indices = token.value.split('.').filter((part) => part !== '');
        const nodes = indices.map((part) => ({ typename: 'Literal', value: Number(part) }));
        return token.value.endsWith('.') ? [...nodes, ...this.#parseAttributes()] : nodes;
      }
      return this.fail(`expected a name after the dot, got ${token?.value ?? 'the end'}`);
    }

    /** After `[`. */
    #parseSubscript(target: NunjucksNode): NunjucksNode {
      const bounds: (NunjucksNode | undefined)[] = [undefined];
      for (;;) {
        if (this.skip('right-bracket')) break;
        if (this.skip('colon')) bounds.push(undefined);
        else if (bounds.at(-1) === undefined) bounds[bounds.length - 1] = this.parseExpression();
        else this.fail('expected ] after an index');
      }
      const [index] = bounds;
      if (bounds.length > 3) this.fail('too many parts of a slice');
      if (bounds.length > 1) return { typename: 'Slice', target, bounds };
      if (index === undefined) return this.fail('expected an index between [ and ]');
      return { typename: 'LookupVal', target, val: index };
    }
  }
  return new JinjaParser(tokens);
}
