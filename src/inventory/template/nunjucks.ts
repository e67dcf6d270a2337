import { createRequire } from 'node:module';

/** The parts of nunjucks that read a template. Evaluation is our own, with Jinja's meaning instead of JavaScript's. */
export interface Nunjucks {
  readonly lexer: { lex(text: string, options: { readonly trimBlocks: boolean }): NunjucksTokens };
  readonly parser: { readonly Parser: new (tokens: NunjucksTokens) => NunjucksParser };
}

export interface NunjucksTokens {
  forward(): void;
  isFinished(): boolean;
  current(): string;
  nextToken: () => NunjucksToken | null;
  _parseString: (delimiter: string) => string;
  _extractString: (text: string) => string | null;
}

export interface NunjucksParser {
  parseAsRoot(): NunjucksNode;
  parseExpression(): NunjucksNode;
  parseOr(): NunjucksNode;
  parsePow(): NunjucksNode;
  parseCompare(): NunjucksNode;
  parseIs(): NunjucksNode;
  parseUnary(noFilters?: boolean): NunjucksNode;
  parsePrimary(noPostfix?: boolean): NunjucksNode;
  parseFilter(node: NunjucksNode): NunjucksNode;
  parseSignature(): NunjucksNode;
  peekToken(): NunjucksToken | null;
  nextToken(): NunjucksToken | null;
  skip(type: string): boolean;
  skipSymbol(name: string): boolean;
  fail(message: string): never;
}

export interface NunjucksToken {
  readonly type: string;
  readonly value: string;
}

/** A node of its syntax tree, with the fields that its kind has. */
export interface NunjucksNode {
  readonly typename: string;
  readonly [field: string]: unknown;
}

let loaded: Nunjucks | undefined;

/** Loaded with the first template: most inventories have none. Reading a variable cannot wait, so it is no `import()`. */
export function loadNunjucks(): Nunjucks {
  loaded ??= createRequire(import.meta.url)('nunjucks') as Nunjucks;
  return loaded;
}
