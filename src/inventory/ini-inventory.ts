import { InventoryError } from '../errors.ts';
import type { SourcePlace } from '../model/inventory.ts';
import { splitShellWords } from '../model/shell-words.ts';
import { expandHosts } from './host-range.ts';
import type { ExpandedHosts } from './host-range.ts';
import type { InventoryBuilder } from './inventory-builder.ts';
import type { PlacedValue } from './placed-vars.ts';
import { parsePythonLiteral } from './python-literal.ts';

/** Reads an inventory in Ansible's INI shape into the builder. Throws InventoryError with file and line. */
export function readIniInventory(text: string, file: string, builder: InventoryBuilder): void {
  const reader = new IniReader(builder);
  // Lines end wherever Python's splitlines ends them.
  text.split(/\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/).forEach((line, index) => {
    reader.readLine(line.trim(), { file, line: index + 1 });
  });
  reader.end();
}

/** True when a line of the text can only be the head of a section. */
export function hasIniSection(text: string): boolean {
  return /^[ \t]*\[[^\s:\]]+(?::(?:vars|children|hosts))?\][ \t\r]*(?:#.*)?$/m.test(text);
}

type SectionKind = 'hosts' | 'children' | 'vars';

/** A mention of a group that no section has defined yet. */
interface Promised {
  readonly place: SourcePlace;
  /** The groups that name it as a child; empty when only its variables were given. */
  readonly parents: string[];
}

class IniReader {
  readonly #builder: InventoryBuilder;
  readonly #promised = new Map<string, Promised>();
  #group = 'ungrouped';
  #kind: SectionKind = 'hosts';

  constructor(builder: InventoryBuilder) {
    this.#builder = builder;
  }

  readLine(line: string, place: SourcePlace): void {
    if (line === '' || line.startsWith('#') || line.startsWith(';')) return;
    const section = /^\[([^:\]\s]+)(?::(\w+))?\]\s*(?:#.*)?$/.exec(line);
    if (section !== null) {
      this.#enterSection(section[1] ?? '', section[2] ?? 'hosts', place);
    } else if (line.startsWith('[') && line.endsWith(']')) {
      throw new InventoryError(
        `${line} is not a section: [NAME], [NAME:vars] or [NAME:children] is one`,
        place,
      );
    } else if (this.#kind === 'hosts') {
      this.#readHosts(line, place);
    } else if (this.#kind === 'vars') {
      this.#readVariable(line, place);
    } else {
      this.#readChild(line, place);
    }
  }

  /** Throws InventoryError for a section about a group that is not defined anywhere. */
  end(): void {
    for (const [name, { place, parents }] of this.#promised) {
      const [parent] = parents;
      const finding =
        parent === undefined
          ? `[${name}:vars] gives variables to group ${name}, which`
          : `[${parent}:children] names group ${name}, which`;
      throw new InventoryError(`${finding} no section defines: there should be a line [${name}]`, place);
    }
  }

  #enterSection(group: string, kind: string, place: SourcePlace): void {
    if (kind !== 'hosts' && kind !== 'children' && kind !== 'vars') {
      throw new InventoryError(
        `[${group}:${kind}] is of no kind of section; vars and children are some`,
        place,
      );
    }
    this.#group = group;
    this.#kind = kind;
    if (!this.#builder.hasGroup(group)) {
      if (kind === 'vars' && !this.#promised.has(group)) this.#promised.set(group, { place, parents: [] });
      this.#builder.addGroup(group, place);
    }
    if (kind !== 'vars') this.#keepPromise(group);
  }

  /** The group is defined now: it becomes the child of those that named it, as late as for Ansible. */
  #keepPromise(group: string): void {
    const promised = this.#promised.get(group);
    promised?.parents.forEach((parent) => this.#builder.addChild(parent, group, promised.place));
    this.#promised.delete(group);
  }

  #readChild(line: string, place: SourcePlace): void {
    const child = /^([^:\]\s]+)\s*(?:#.*)?$/.exec(line)?.[1];
    if (child === undefined) {
      throw new InventoryError(
        `${line} is in section [${this.#group}:children] and should be the name of a group`,
        place,
      );
    }
    if (this.#builder.hasGroup(child)) {
      this.#builder.addChild(this.#group, child, place);
      return;
    }
    const promised = this.#promised.get(child) ?? { place, parents: [] };
    promised.parents.push(this.#group);
    this.#promised.set(child, promised);
  }

  #readVariable(line: string, place: SourcePlace): void {
    const equals = line.indexOf('=');
    if (equals === -1) {
      throw new InventoryError(`${line} is in section [${this.#group}:vars] and should be NAME=VALUE`, place);
    }
    const name = line.slice(0, equals).trim();
    this.#builder.setGroupVars(this.#group, new Map([[name, toValue(line.slice(equals + 1).trim(), place)]]));
  }

  #readHosts(line: string, place: SourcePlace): void {
    const [pattern = '', ...assignments] = splitWords(line, place);
    const { names, port } = expand(pattern, place);
    const vars = new Map(assignments.map((assignment) => toAssignment(assignment, place)));
    for (const name of names) {
      this.#builder.addHost(this.#group, name, { place, port });
      this.#builder.setHostVars(name, vars);
    }
  }
}

function splitWords(line: string, place: SourcePlace): readonly string[] {
  try {
    return splitShellWords(line, { comments: true });
  } catch (error) {
    throw toInventoryError(error, place);
  }
}

function expand(pattern: string, place: SourcePlace): ExpandedHosts {
  // Marks of YAML, which a line of hosts must not pass for.
  if (pattern === '---' || pattern.endsWith(':')) {
    throw new InventoryError(
      `${pattern} is not a host of an INI inventory; is the file meant to be YAML?`,
      place,
    );
  }
  try {
    return expandHosts(pattern);
  } catch (error) {
    throw toInventoryError(error, place);
  }
}

function toAssignment(text: string, place: SourcePlace): [string, PlacedValue] {
  const equals = text.indexOf('=');
  if (equals === -1) {
    throw new InventoryError(`${text} stands after a host and should be NAME=VALUE`, place);
  }
  return [text.slice(0, equals), toValue(text.slice(equals + 1), place)];
}

/** Reads a literal of Python as its value and anything else as text: `True` is true, and `true` is text. */
function toValue(text: string, place: SourcePlace): PlacedValue {
  const literal = parsePythonLiteral(text);
  return { value: literal === undefined ? text : literal.value, place };
}

function toInventoryError(error: unknown, place: SourcePlace): unknown {
  return error instanceof RangeError ? new InventoryError(error.message, place, { cause: error }) : error;
}
