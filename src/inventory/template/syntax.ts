import type { Float } from './values.ts';

/** A template as a tree: what it prints and does, in order. */
export type Statement =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'output'; readonly value: Expression }
  | {
      readonly kind: 'if';
      readonly condition: Expression;
      readonly body: readonly Statement[];
      readonly otherwise: readonly Statement[];
    }
  | {
      readonly kind: 'for';
      /** More than one take a pair apart. */
      readonly names: readonly string[];
      readonly list: Expression;
      readonly body: readonly Statement[];
      readonly otherwise: readonly Statement[];
    }
  | { readonly kind: 'set'; readonly name: string; readonly value: Expression };

export type Expression =
  | { readonly kind: 'literal'; readonly value: string | number | boolean | null | Float }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'list'; readonly items: readonly Expression[]; readonly isTuple?: boolean }
  | { readonly kind: 'mapping'; readonly pairs: readonly (readonly [Expression, Expression])[] }
  | { readonly kind: 'item'; readonly target: Expression; readonly key: Expression }
  | {
      readonly kind: 'slice';
      readonly target: Expression;
      readonly bounds: readonly (Expression | undefined)[];
    }
  | ({ readonly kind: 'call'; readonly callee: Expression } & Arguments)
  | ({ readonly kind: 'filter'; readonly name: string; readonly input: Expression } & Arguments)
  | ({ readonly kind: 'test'; readonly name: string; readonly input: Expression } & Arguments)
  | {
      readonly kind: 'choice';
      readonly condition: Expression;
      readonly body: Expression;
      readonly otherwise: Expression | undefined;
    }
  | { readonly kind: 'not' | 'negative' | 'positive'; readonly operand: Expression }
  | { readonly kind: 'and' | 'or' | 'in'; readonly left: Expression; readonly right: Expression }
  | {
      readonly kind: 'arithmetic';
      readonly operator: ArithmeticOperator;
      readonly left: Expression;
      readonly right: Expression;
    }
  | {
      readonly kind: 'compare';
      readonly first: Expression;
      readonly rest: readonly { readonly operator: string; readonly operand: Expression }[];
    };

export type ArithmeticOperator = '+' | '-' | '*' | '/' | '//' | '%' | '**' | '~';

export interface Arguments {
  readonly positional: readonly Expression[];
  readonly named: ReadonlyMap<string, Expression>;
}
