import { InventoryError } from '../errors.ts';
import type { HostVars } from '../model/host.ts';
import type { SourcePlace } from '../model/inventory.ts';
import type { InventoryBuilder } from './inventory-builder.ts';
import { placeVars } from './placed-vars.ts';

type Mapping = Readonly<Record<string, unknown>>;

/**
 * Reads what an executable inventory prints for `--list` into the builder. Returns the hosts whose variables it did not give:
 * none when there is `_meta.hostvars`. Throws InventoryError.
 */
export function readScriptDocument(
  value: unknown,
  place: SourcePlace,
  builder: InventoryBuilder,
): readonly string[] {
  const reader = new ScriptReader(place, builder);
  const groups = reader.mapping(value, 'the answer to --list', 'groups');
  for (const [name, body] of Object.entries(groups)) {
    if (name !== '_meta') reader.readGroup(name, body);
  }
  const meta = reader.mapping(groups._meta ?? {}, '_meta', 'hostvars');
  if (meta.hostvars === undefined) return reader.hosts;
  const hostvars = reader.mapping(meta.hostvars, '_meta.hostvars', 'host names');
  for (const host of reader.hosts) readScriptHostVars(host, hostvars[host] ?? {}, place, builder);
  return [];
}

/** Reads what an executable inventory prints for `--host NAME`. Throws InventoryError. */
export function readScriptHostVars(
  host: string,
  value: unknown,
  place: SourcePlace,
  builder: InventoryBuilder,
): void {
  const vars = new ScriptReader(place, builder).mapping(value, `what it says of host ${host}`, 'variables');
  builder.setHostVars(
    host,
    placeVars(vars, () => place),
  );
}

class ScriptReader {
  readonly #place: SourcePlace;
  readonly #builder: InventoryBuilder;
  readonly #hosts = new Set<string>();

  constructor(place: SourcePlace, builder: InventoryBuilder) {
    this.#place = place;
    this.#builder = builder;
  }

  get hosts(): readonly string[] {
    return [...this.#hosts];
  }

  readGroup(name: string, value: unknown): void {
    const { hosts = [], vars = {}, children = [] } = bodyOf(name, value);
    this.#builder.addGroup(name, this.#place);
    for (const host of this.#names(hosts, `${name}.hosts`, 'hosts')) {
      this.#hosts.add(host);
      this.#builder.addHost(name, host, { place: this.#place });
    }
    this.#builder.setGroupVars(
      name,
      placeVars(this.mapping(vars, `${name}.vars`, 'variables'), () => this.#place),
    );
    for (const child of this.#names(children, `${name}.children`, 'groups')) {
      this.#builder.addGroup(child, this.#place);
      this.#builder.addChild(name, child, this.#place);
    }
  }

  mapping(value: unknown, subject: string, keys: string): HostVars {
    if (isMapping(value)) return value;
    throw this.#refuse(subject, value, `a mapping of ${keys}`);
  }

  #names(value: unknown, subject: string, what: string): readonly string[] {
    if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
    throw this.#refuse(subject, value, `a list of names of ${what}`);
  }

  #refuse(subject: string, value: unknown, wanted: string): InventoryError {
    const known = value === null ? 'null' : Array.isArray(value) ? 'a list' : undefined;
    const found = known ?? (isMapping(value) ? 'a mapping' : `a ${typeof value}`);
    return new InventoryError(`${subject} is ${found} and should be ${wanted}`, this.#place);
  }
}

/** A group may be only the list of its hosts, or only the variables of a host of its own name. */
function bodyOf(name: string, value: unknown): { hosts?: unknown; vars?: unknown; children?: unknown } {
  if (!isMapping(value)) return { hosts: value };
  const isBody = ['hosts', 'vars', 'children'].some((key) => Object.hasOwn(value, key));
  return isBody ? value : { hosts: [name], vars: value };
}

function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
