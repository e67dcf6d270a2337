import { InventoryError } from '../errors.ts';
import type { HostVars } from '../model/host.ts';
import type { SourcePlace } from '../model/inventory.ts';
import { nearestName } from '../model/nearest-name.ts';
import { type ExpandedHosts, expandHosts } from './host-range.ts';
import type { InventoryBuilder } from './inventory-builder.ts';
import { type PlacedVars, placeVars } from './placed-vars.ts';

type Body = Readonly<Record<string, unknown>>;
type Path = readonly string[];

/** Values that a source gives, and where in it each of them stands. */
export interface SourceDocument {
  readonly value: unknown;
  /** Place of the value at a path of keys. */
  placeOf(path: Path): SourcePlace;
  /** The keys that a path leads to, in the order they are written in: an object has those that look like numbers first. */
  keysOf?(path: Path): Iterable<string>;
}

/** Reads groups in the shape of Ansible's YAML inventories into the builder. Throws InventoryError with place and path. */
export function readGroups(document: SourceDocument, builder: InventoryBuilder): void {
  const reader = new GroupsReader(document, builder);
  for (const [name, body] of reader.entriesAt([], reader.mappingAt([], document.value, 'groups'))) {
    reader.readGroup([name], body);
  }
}

const groupKeys = ['hosts', 'children', 'vars'] as const;

class GroupsReader {
  readonly #document: SourceDocument;
  readonly #builder: InventoryBuilder;

  constructor(document: SourceDocument, builder: InventoryBuilder) {
    this.#document = document;
    this.#builder = builder;
  }

  readGroup(path: Path, body: unknown): void {
    const name = path.at(-1) ?? '';
    this.#builder.addGroup(name, this.#document.placeOf(path));
    for (const [key, value] of this.entriesAt(path, this.mappingAt(path, body, groupKeys.join(', ')))) {
      const keyPath = [...path, key];
      switch (key) {
        case 'hosts':
          this.#readHosts(name, keyPath, value);
          break;
        case 'children':
          this.#readChildren(name, keyPath, value);
          break;
        case 'vars':
          this.#builder.setGroupVars(name, this.#varsAt(keyPath, value));
          break;
        default:
          throw this.#unknownKey(keyPath, key);
      }
    }
  }

  #readHosts(group: string, path: Path, value: unknown): void {
    for (const [pattern, body] of this.entriesAt(path, this.#membersAt(path, value, 'host names'))) {
      const hostPath = [...path, pattern];
      const vars = this.#varsAt(hostPath, body);
      const { names, port } = this.#expand(hostPath, pattern);
      for (const name of names) {
        this.#builder.addHost(group, name, { place: this.#document.placeOf(hostPath), port });
        this.#builder.setHostVars(name, vars);
      }
    }
  }

  #readChildren(group: string, path: Path, value: unknown): void {
    for (const [child, body] of this.entriesAt(path, this.#membersAt(path, value, 'group names'))) {
      const childPath = [...path, child];
      this.#builder.addChild(group, child, this.#document.placeOf(childPath));
      this.readGroup(childPath, body);
    }
  }

  #varsAt(path: Path, value: unknown): PlacedVars {
    return placeVars(this.mappingAt(path, value, 'variables'), (name) =>
      this.#document.placeOf([...path, name]),
    );
  }

  mappingAt(path: Path, value: unknown, keys: string): Body {
    if (value === null || value === undefined) {
      return {};
    }
    if (typeof value === 'object' && !Array.isArray(value)) {
      return value as HostVars;
    }
    const subject = path.length === 0 ? 'the file' : path.join('.');
    throw new InventoryError(
      `${subject} is ${describeType(value)} and should be a mapping of ${keys}`,
      this.#document.placeOf(path),
    );
  }

  /** The entries of a mapping as they are written; what a merge key brought comes first. */
  entriesAt(path: Path, body: Body): readonly (readonly [string, unknown])[] {
    const written = [...(this.#document.keysOf?.(path) ?? [])].filter((key) => Object.hasOwn(body, key));
    const own = new Set(written);
    const merged = Object.keys(body).filter((key) => !own.has(key));
    return [...merged, ...written].map((key) => [key, body[key]]);
  }

  /** Ansible also takes a single name for a mapping of one. */
  #membersAt(path: Path, value: unknown, keys: string): Body {
    return typeof value === 'string' ? { [value]: null } : this.mappingAt(path, value, keys);
  }

  #expand(path: Path, pattern: string): ExpandedHosts {
    try {
      return expandHosts(pattern);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      const subject = path.slice(0, -1).join('.');
      throw new InventoryError(`${subject}: ${error.message}`, this.#document.placeOf(path), {
        cause: error,
      });
    }
  }

  #unknownKey(path: Path, key: string): InventoryError {
    const nearest = nearestName(key, groupKeys);
    const hint = nearest === undefined ? 'a group has hosts, children and vars' : `did you mean ${nearest}?`;
    return new InventoryError(
      `${path.join('.')} is not a key of a group; ${hint}`,
      this.#document.placeOf(path),
    );
  }
}

function describeType(value: unknown): string {
  return Array.isArray(value) ? 'a list' : `a ${typeof value}`;
}
