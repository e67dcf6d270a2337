import { basename } from 'node:path';
import ts from 'typescript';

/** What the doc comments of a task or an action say: the manual page as data. */
export interface TaskDoc {
  readonly name: string;
  /** Paragraphs. */
  readonly text: string;
  readonly examples: readonly string[];
  readonly input: TableDoc;
  /** Objects that stand in fields of the input. */
  readonly parts: readonly TableDoc[];
  /** Undefined when it returns none. */
  readonly output: TableDoc | undefined;
  /** `TaskInputError when ...` */
  readonly errors: readonly string[];
  readonly sources: readonly string[];
}

export interface TableDoc {
  readonly name: string;
  readonly text: string;
  readonly fields: readonly FieldDoc[];
}

export interface FieldDoc {
  readonly name: string;
  readonly type: string;
  readonly isRequired: boolean;
  /** As the comment says it after `Default:`. */
  readonly default: string | undefined;
  readonly meaning: string;
}

/** Reads the tasks and actions of source files, one each. Throws for what has no doc comment: it would be missing in the manual. */
export function readTaskDocs(files: readonly string[], tsconfig: string): readonly TaskDoc[] {
  const { config } = ts.readConfigFile(tsconfig, (path) => ts.sys.readFile(path)) as { config: unknown };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, '.');
  const program = ts.createProgram(files, { ...options, types: [], noLib: true });
  const checker = program.getTypeChecker();
  return files.map((file) => new TaskReader(program, checker, file).read());
}

class TaskReader {
  readonly #checker: ts.TypeChecker;
  readonly #source: ts.SourceFile;
  readonly #program: ts.Program;
  /** Interfaces met in types of fields, in the order in which they were met. */
  readonly #parts = new Map<string, ts.Symbol>();

  constructor(program: ts.Program, checker: ts.TypeChecker, file: string) {
    const source = program.getSourceFile(file);
    if (source === undefined) throw new Error(`${file} is not there`);
    this.#program = program;
    this.#checker = checker;
    this.#source = source;
  }

  read(): TaskDoc {
    const name = toTaskName(this.#source.fileName);
    const symbol = this.#exported(name);
    const [desired, output] = this.#inputAndOutput(symbol);
    const tags = symbol.getJsDocTags(this.#checker);
    const textsOf = (tag: string): string[] =>
      tags
        .filter((candidate) => candidate.name === tag)
        .map(({ text }) => ts.displayPartsToString(text).trim());
    if (textsOf('example').length === 0) throw new Error(`${name} has no @example`);

    const input = this.#table(desired);
    const parts: TableDoc[] = [];
    // The table of a part may name further parts.
    for (const [, part] of this.#parts) parts.push(this.#table(part));
    return {
      name,
      text: this.#commentOf(symbol, name),
      examples: textsOf('example'),
      input,
      parts,
      output: output === undefined ? undefined : this.#table(output),
      errors: textsOf('throws').map(joinLines),
      // The compiler takes the first word of @see for a name and puts a space behind it: `sysctl.d (5)`, `Linux ,`.
      sources: textsOf('see').map((text) => joinLines(text).replace(/ (?=[,;:]|\(\d\))/, '')),
    };
  }

  #exported(name: string): ts.Symbol {
    const module = this.#checker.getSymbolAtLocation(this.#source);
    const symbol = module?.exports?.get(ts.escapeLeadingUnderscores(name));
    if (symbol === undefined) throw new Error(`${this.#source.fileName} does not export ${name}`);
    return symbol;
  }

  /**
   * `I` and `O` of the declared type `TaskFunction<I, D, F, O>` or `ActionFunction<I, D, O>`. As the declaration names them: working out the type itself
   * takes the compiler seconds, since `D` comes from a schema.
   */
  #inputAndOutput(symbol: ts.Symbol): readonly [ts.Symbol, ts.Symbol | undefined] {
    const declaration = symbol.valueDeclaration;
    const type =
      declaration !== undefined && ts.isVariableDeclaration(declaration) ? declaration.type : undefined;
    const names = type !== undefined && ts.isTypeReferenceNode(type) ? (type.typeArguments ?? []) : [];
    const [input, output] = [names[0], names.at(-1)].map((node) => this.#interfaceOf(node));
    const hasNone = names.at(-1)?.kind === ts.SyntaxKind.UndefinedKeyword;
    if (input === undefined || (output === undefined && !hasNone)) {
      throw new Error(`${symbol.name} should be declared as a task of an input and an output interface`);
    }
    return [input, output];
  }

  #interfaceOf(node: ts.TypeNode | undefined): ts.Symbol | undefined {
    if (node === undefined || !ts.isTypeReferenceNode(node)) return undefined;
    return this.#symbolOf(node.typeName);
  }

  /** The declaration itself behind an import. */
  #symbolOf(name: ts.EntityName): ts.Symbol | undefined {
    const found = this.#checker.getSymbolAtLocation(name);
    if (found === undefined || !(found.flags & ts.SymbolFlags.Alias)) return found;
    return this.#checker.getAliasedSymbol(found);
  }

  #table(symbol: ts.Symbol): TableDoc {
    const { name } = symbol;
    const fields = this.#checker.getDeclaredTypeOfSymbol(symbol).getProperties();
    return {
      name,
      text: this.#commentOf(symbol, name),
      fields: fields.map((field) => this.#field(field, name)),
    };
  }

  #field(field: ts.Symbol, owner: string): FieldDoc {
    const text = joinLines(this.#commentOf(field, `${field.name} of ${owner}`));
    // A full stop inside `br6.10` ends no sentence.
    const match = /\s*Default: (.+?)\.(?=\s|$)/.exec(text);
    const declaration = field.declarations?.find((candidate) => ts.isPropertySignature(candidate));
    return {
      name: field.name,
      type: this.#typeText(declaration?.type),
      isRequired: (field.flags & ts.SymbolFlags.Optional) === 0,
      default: match?.[1],
      meaning: text.replace(match?.[0] ?? '', '').trim(),
    };
  }

  #commentOf(symbol: ts.Symbol, what: string): string {
    const text = ts.displayPartsToString(symbol.getDocumentationComment(this.#checker)).trim();
    if (text === '') throw new Error(`${what} has no doc comment`);
    return text;
  }

  /** From the declaration and not from the type, whose members stand in no order that a reader would know. */
  #typeText(node: ts.TypeNode | undefined): string {
    if (node === undefined) return 'unknown';
    if (ts.isParenthesizedTypeNode(node) || ts.isTypeOperatorNode(node)) return this.#typeText(node.type);
    if (ts.isUnionTypeNode(node)) {
      const members = node.types.filter(({ kind }) => kind !== ts.SyntaxKind.UndefinedKeyword);
      return members.map((member) => this.#typeText(member)).join(' | ');
    }
    if (ts.isArrayTypeNode(node)) {
      const item = this.#typeText(node.elementType);
      return item.includes(' ') ? `(${item})[]` : `${item}[]`;
    }
    if (ts.isTypeReferenceNode(node)) return this.#referenceText(node);
    if (ts.isIndexedAccessTypeNode(node)) return this.#itemsText(node.objectType) ?? node.getText();
    return node.getText();
  }

  /** What an alias stands for; an interface of ours gets a table of its own. */
  #referenceText(node: ts.TypeReferenceNode): string {
    const symbol = this.#symbolOf(node.typeName);
    const alias = symbol?.declarations?.find((declaration) => ts.isTypeAliasDeclaration(declaration));
    if (alias !== undefined) return this.#typeText(alias.type);
    if (symbol !== undefined && this.#isOurs(symbol)) this.#parts.set(symbol.name, symbol);
    return node.getText();
  }

  /** The items of `typeof list`, where the list is constant. */
  #itemsText(list: ts.TypeNode): string | undefined {
    const type = this.#checker.getTypeAtLocation(list);
    if (!this.#checker.isTupleType(type)) return undefined;
    const items = this.#checker.getTypeArguments(type as ts.TypeReference);
    return items
      .map((item) => (item.isStringLiteral() ? `'${item.value}'` : this.#checker.typeToString(item)))
      .join(' | ');
  }

  #isOurs(symbol: ts.Symbol): boolean {
    const files = (symbol.declarations ?? []).map((declaration) => declaration.getSourceFile());
    return files.some(
      (file) => !this.#program.isSourceFileDefaultLibrary(file) && !file.fileName.includes('/node_modules/'),
    );
  }
}

/** `src/tasks/ensure-bond.ts` → `ensureBond` */
function toTaskName(file: string): string {
  return basename(file, '.ts').replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

function joinLines(text: string): string {
  return text.replace(/\s*\n\s*/g, ' ');
}
