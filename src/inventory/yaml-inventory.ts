import { InventoryError } from '../errors.ts';
import type { HostVars } from '../model/host.ts';
import { nearestName } from '../model/nearest-name.ts';
import { expandHostRange } from './host-range.ts';
import type { InventoryBuilder } from './inventory-builder.ts';
import { type PlacedVars, placeVars } from './placed-vars.ts';
import { parseYamlDocument } from './yaml-document.ts';
import type { YamlDocument } from './yaml-document.ts';

type Body = Readonly<Record<string, unknown>>;
type Path = readonly string[];

/** Reads an inventory in Ansible's YAML shape into the builder. Throws InventoryError with file, line and path. */
export function readYamlInventory(text: string, file: string, builder: InventoryBuilder): void {
  refuseIni(text, file);
  const document = parseYamlDocument(text, file);
  const reader = new YamlInventoryReader(document, builder);
  const groups = reader.mappingAt([], document.value, 'groups');
  for (const [name, body] of Object.entries(groups)) {
    reader.readGroup([name], body);
  }
}

/** A line that is nothing but a section's name means nothing in a YAML inventory and everything in an INI one. */
function refuseIni(text: string, file: string): void {
  const section = /^\[[\w.:-]+\][ \t\r]*(?:[#;].*)?$/m.exec(text);
  if (section !== null) {
    const line = text.slice(0, section.index).split('\n').length;
    throw new InventoryError(
      `${section[0].trim()} is a section of an INI inventory, and kvmplay reads only YAML ones yet`,
      { file, line },
    );
  }
}

const groupKeys = ['hosts', 'children', 'vars'] as const;

class YamlInventoryReader {
  readonly #document: YamlDocument;
  readonly #builder: InventoryBuilder;

  constructor(document: YamlDocument, builder: InventoryBuilder) {
    this.#document = document;
    this.#builder = builder;
  }

  readGroup(path: Path, body: unknown): void {
    const name = path.at(-1) ?? '';
    this.#builder.addGroup(name, this.#document.placeOf(path));
    for (const [key, value] of Object.entries(this.mappingAt(path, body, groupKeys.join(', ')))) {
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
    for (const [pattern, body] of Object.entries(this.#membersAt(path, value, 'host names'))) {
      const hostPath = [...path, pattern];
      const vars = this.#varsAt(hostPath, body);
      for (const [name, port] of this.#expand(hostPath, pattern)) {
        const place = this.#document.placeOf(hostPath);
        this.#builder.addHost(group, name, place);
        if (port !== undefined) {
          this.#builder.setHostVars(name, new Map([['ansible_port', { value: port, place }]]));
        }
        this.#builder.setHostVars(name, vars);
      }
    }
  }

  #readChildren(group: string, path: Path, value: unknown): void {
    for (const [child, body] of Object.entries(this.#membersAt(path, value, 'group names'))) {
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

  /** Ansible also takes a single name for a mapping of one. */
  #membersAt(path: Path, value: unknown, keys: string): Body {
    return typeof value === 'string' ? { [value]: null } : this.mappingAt(path, value, keys);
  }

  #expand(path: Path, pattern: string): readonly (readonly [name: string, port: number | undefined])[] {
    const { name, port } = splitPort(pattern);
    try {
      return expandHostRange(name).map((host) => [host, port]);
    } catch (error) {
      if (error instanceof RangeError) {
        throw new InventoryError(
          `${path.slice(0, -1).join('.')}: ${error.message}`,
          this.#document.placeOf(path),
          {
            cause: error,
          },
        );
      }
      throw error;
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

/** `kvm1:2222` and `[2001:db8::1]:2222` carry a port; a bare IPv6 address does not. */
function splitPort(pattern: string): { name: string; port?: number } {
  const match =
    /^(?:\[([0-9a-fA-F:.]*:[0-9a-fA-F:.]*:[0-9a-fA-F:.]*)\]|((?:[^:[\]]|\[[^\]]*\])+))(?::([0-9]+))?$/.exec(
      pattern,
    );
  if (match === null) {
    return { name: pattern };
  }
  const name = match[1] ?? match[2] ?? pattern;
  return match[3] === undefined ? { name } : { name, port: Number(match[3]) };
}

function describeType(value: unknown): string {
  return Array.isArray(value) ? 'a list' : `a ${typeof value}`;
}
