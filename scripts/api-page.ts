import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import ts from 'typescript';

/** What `import ... from` may name, and the file behind it. */
const entries = [
  ['kvmplay', 'index.d.ts'],
  ['kvmplay/testing', 'testing.d.ts'],
  ['kvmplay/lab', 'lab/index.d.ts'],
] as const;

/**
 * The public types as one page: every export with its declaration, then what those declarations need and nobody can import.
 * A change of the page is a change of the interface.
 */
export function formatApiPage(): string {
  const cache = join('node_modules', '.cache');
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'kvmplay-api-'));
  try {
    emitDeclarations(folder);
    const files = entries.map(([, file]) => resolve(folder, file));
    const program = ts.createProgram(files, {
      noLib: true,
      types: [],
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
    });
    const reader = new ApiReader(program, resolve(folder));
    const sections = entries.map(
      ([name], index) => `## ${name}\n\n${reader.exportsOf(files[index] ?? '').join('\n\n')}`,
    );
    return [
      '<!-- Generated from the declarations of src: run `npm run docs`. -->',
      '# The interface of the library',
      'What may be imported, as the compiler sees it. What is not here is not promised. A change of this page is a change of the interface: ' +
        'a removed or narrowed line breaks somebody, and CHANGELOG.md should say so.',
      ...sections,
      `## Behind them\n\nTypes that the above are made of and that have no name to import.\n\n${reader.hidden().join('\n\n')}`,
    ].join('\n\n');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function emitDeclarations(folder: string): void {
  const compiler = join('node_modules', '.bin', 'tsc');
  const options = ['-p', 'tsconfig.build.json', '--emitDeclarationOnly', '--declarationMap', 'false'];
  const { status, stdout } = spawnSync(compiler, [...options, '--outDir', folder], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`the declarations cannot be made: ${stdout}`);
}

class ApiReader {
  readonly #program: ts.Program;
  readonly #checker: ts.TypeChecker;
  readonly #folder: string;
  readonly #printer = ts.createPrinter({ removeComments: true });
  /** By symbol, in the order in which they were met; undefined: an export, which stands elsewhere. */
  readonly #met = new Map<ts.Symbol, string | undefined>();

  constructor(program: ts.Program, folder: string) {
    this.#program = program;
    this.#checker = program.getTypeChecker();
    this.#folder = folder;
  }

  /** Sorted by name, each a code block under its name. */
  exportsOf(file: string): readonly string[] {
    const source = this.#program.getSourceFile(file);
    const module = source && this.#checker.getSymbolAtLocation(source);
    if (module === undefined) throw new Error(`${file} exports nothing`);
    const exported = this.#checker.getExportsOfModule(module).map((symbol) => ({
      name: symbol.name,
      target: this.#targetOf(symbol),
    }));
    for (const { target } of exported) this.#met.set(target, undefined);
    return exported
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map(({ name, target }) => formatBlock(name, this.#declarationsOf(target)));
  }

  hidden(): readonly string[] {
    const blocks = new Map<string, string>();
    // A declaration may need further ones, which are then met later in the same walk.
    for (const [symbol, name] of this.#met) {
      if (name !== undefined) blocks.set(name, formatBlock(name, this.#declarationsOf(symbol)));
    }
    return [...blocks].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, block]) => block);
  }

  #targetOf(symbol: ts.Symbol): ts.Symbol {
    return (symbol.flags & ts.SymbolFlags.Alias) === 0 ? symbol : this.#checker.getAliasedSymbol(symbol);
  }

  #declarationsOf(symbol: ts.Symbol): readonly string[] {
    return (symbol.declarations ?? []).map((declaration) => {
      // The statement of a variable is two levels up.
      const node = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
      if (ts.isSourceFile(node)) return this.#namespaceOf(node);
      this.#noteNeeds(node);
      return this.#printer
        .printNode(ts.EmitHint.Unspecified, node, node.getSourceFile())
        .replace(/^export (declare )?|^declare /, '');
    });
  }

  /** `export * as facts`: the names in it. */
  #namespaceOf(source: ts.SourceFile): string {
    const module = this.#checker.getSymbolAtLocation(source);
    const symbols = module === undefined ? [] : this.#checker.getExportsOfModule(module);
    return `namespace { ${symbols
      .map(({ name }) => name)
      .sort()
      .join(', ')} }`;
  }

  /** Notes the names of our own in a declaration that nobody can import. */
  #noteNeeds(node: ts.Node): void {
    node.forEachChild((child) => this.#noteNeeds(child));
    if (!ts.isIdentifier(node)) return;
    const symbol = this.#checker.getSymbolAtLocation(node);
    if (symbol === undefined) return;
    const target = this.#targetOf(symbol);
    const isType = (target.flags & (ts.SymbolFlags.Type | ts.SymbolFlags.Variable)) !== 0;
    const isParameter = (target.flags & ts.SymbolFlags.TypeParameter) !== 0;
    const file = target.declarations?.[0]?.getSourceFile().fileName ?? '';
    const isOwn = !relative(this.#folder, file).startsWith('..');
    const isTopLevel = target.declarations?.some(isStatement) === true;
    if (isType && !isParameter && isOwn && isTopLevel && !this.#met.has(target)) {
      this.#met.set(target, target.name);
    }
  }
}

function isStatement(declaration: ts.Declaration): boolean {
  const node = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
  return !ts.isSourceFile(node) && ts.isSourceFile(node.parent);
}

function formatBlock(name: string, declarations: readonly string[]): string {
  return `### ${name}\n\n\`\`\`ts\n${declarations.join('\n')}\n\`\`\``;
}
