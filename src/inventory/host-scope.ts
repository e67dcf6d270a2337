import { dirname, resolve } from 'node:path';
import { InventoryError } from '../errors.ts';
import type { HostVars } from '../model/host.ts';
import type { InventoryHost, SourcePlace } from '../model/inventory.ts';
import { nearestName } from '../model/nearest-name.ts';
import type { Secrets } from '../model/secrets.ts';
import { deepFreeze } from './deep-freeze.ts';
import { UnsafeText, VaultText } from './marked-text.ts';
import { evaluateTemplate, type Scope } from './template/evaluate.ts';
import { TemplateError, Undefined } from './template/template-error.ts';
import type { Statement } from './template/syntax.ts';
import { LazyMapping } from './template/values.ts';

/** The values, besides its own variables, that variables of a host may refer to. */
export interface FleetScope {
  readonly secrets: Secrets;
  /** All host names of each group, in Ansible's order. */
  readonly groups: Readonly<Record<string, readonly string[]>>;
  readonly hostvars: LazyMapping;
  /** Reads a template, each text once. */
  readonly parse: (text: string) => readonly Statement[];
}

/** The variables of one host, each evaluated when it is first read. */
export class HostScope implements Scope {
  readonly #host: InventoryHost;
  readonly #raw: ReadonlyMap<string, unknown>;
  readonly #extraNames: ReadonlySet<string>;
  readonly #fleet: FleetScope;
  readonly #values = new Map<string, { readonly value: unknown } | { readonly error: unknown }>();
  /** Variables that are being evaluated, the outermost first. */
  readonly #path: string[] = [];

  constructor(host: InventoryHost, extraVars: HostVars, fleet: FleetScope) {
    this.#host = host;
    this.#raw = new Map([...Object.entries(host.rawVars ?? host.vars), ...Object.entries(extraVars)]);
    this.#extraNames = new Set(Object.keys(extraVars));
    this.#fleet = fleet;
  }

  /** All variables that a template of another host may ask for. */
  get names(): readonly string[] {
    return [...new Set([...Object.keys(magic), ...this.#raw.keys()])];
  }

  /** An object whose members are evaluated when they are read. A member that is never read cannot fail. */
  toVars(): HostVars {
    const vars = Object.create(null) as Record<string, unknown>;
    for (const [name, raw] of this.#raw) {
      Object.defineProperty(vars, name, {
        enumerable: true,
        ...(isPlain(raw) ? { value: raw } : { get: () => this.read(name) }),
      });
    }
    return vars;
  }

  /** Throws InventoryError that names host, variable and place. */
  read(name: string): unknown {
    const known = this.#values.get(name);
    if (known !== undefined) {
      if ('error' in known) throw known.error;
      return known.value;
    }
    try {
      const value = this.#evaluate(name);
      this.#values.set(name, { value });
      return value;
    } catch (error) {
      // A circle of references fails with another message from each variable in it.
      if (this.#path.length === 0) this.#values.set(name, { error });
      throw error;
    }
  }

  lookup(name: string): unknown {
    const own = Object.hasOwn(magic, name) ? magic[name] : undefined;
    if (own !== undefined) return own(this.#host, this.#fleet);
    if (!this.#raw.has(name)) return this.#notDefined(name);
    try {
      return this.read(name);
    } catch (error) {
      // In Ansible, too, `default` replaces a value that another variable lacks.
      if (error instanceof InventoryError && undefinedErrors.has(error)) return new Undefined('', error);
      throw error;
    }
  }

  #evaluate(name: string): unknown {
    if (this.#path.includes(name)) {
      const circle = [...this.#path.slice(this.#path.indexOf(name)), name].join(' > ');
      throw this.#error(name, new TemplateError(`refers to itself: ${circle}`));
    }
    this.#path.push(name);
    try {
      const value = this.#resolve(this.#raw.get(name));
      if (isPasswordName(name)) this.#fleet.secrets.addAll(value);
      return value;
    } catch (error) {
      throw error instanceof TemplateError ? this.#error(name, error) : error;
    } finally {
      this.#path.pop();
    }
  }

  #resolve(raw: unknown): unknown {
    if (isPlain(raw)) return raw;
    if (typeof raw === 'string') return deepFreeze(evaluateTemplate(this.#fleet.parse(raw), this));
    if (raw instanceof UnsafeText) return raw.text;
    if (raw instanceof VaultText) {
      if ('text' in raw.content) return raw.content.text;
      throw new TemplateError(raw.content.problem);
    }
    if (Array.isArray(raw)) return Object.freeze(raw.map((item) => this.#resolve(item)));
    const entries = Object.entries(raw as HostVars);
    return Object.freeze(Object.fromEntries(entries.map(([key, value]) => [key, this.#resolve(value)])));
  }

  #notDefined(name: string): Undefined {
    const hint = nearestName(name, [...this.names]);
    return new Undefined(
      `refers to ${name}, which is not defined${hint === undefined ? '' : `; is it ${hint}?`}`,
    );
  }

  #error(name: string, error: TemplateError): InventoryError {
    // The error already names an inner variable.
    if (error.cause instanceof InventoryError) return error.cause;
    const origin = this.#extraNames.has(name) ? ' (of --extra-vars)' : '';
    const own = new InventoryError(
      `variable ${name} of ${this.#host.name}${origin} ${error.message}`,
      this.#placeOf(name),
      { cause: error },
    );
    if (error.isUndefined) undefinedErrors.add(own);
    return own;
  }

  #placeOf(name: string): SourcePlace | undefined {
    return this.#extraNames.has(name) ? undefined : (this.#host.varPlaces?.get(name) ?? this.#host.place);
  }
}

/** Errors of missing values. A default makes them no errors. */
const undefinedErrors = new WeakSet<InventoryError>();

/** The magic variables of Ansible. */
const magic: Readonly<Record<string, (host: InventoryHost, fleet: FleetScope) => unknown>> = {
  inventory_hostname: ({ name }) => name,
  inventory_hostname_short: ({ name }) => name.split('.')[0],
  inventory_file: ({ place }) => resolve(place.file),
  inventory_dir: ({ place }) => dirname(resolve(place.file)),
  group_names: ({ groups }) => [...groups].sort(),
  groups: (_host, fleet) => fleet.groups,
  hostvars: (_host, fleet) => fleet.hostvars,
};

/** Ansible's variables for passwords of login and become. */
export function isPasswordName(name: string): boolean {
  return /^ansible_(?:.*_)?(?:pass|password|passphrase)$/.test(name);
}

const plainObjects = new WeakMap<object, boolean>();

/** True for a value that holds no template and no encrypted or marked text. */
export function isPlain(value: unknown): boolean {
  if (typeof value === 'string') return !/\{[{%#]/.test(value);
  if (typeof value !== 'object' || value === null) return true;
  const known = plainObjects.get(value);
  if (known !== undefined) return known;
  const result =
    !(value instanceof VaultText) && !(value instanceof UnsafeText) && Object.values(value).every(isPlain);
  plainObjects.set(value, result);
  return result;
}
