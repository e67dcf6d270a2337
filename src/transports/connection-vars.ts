import { InventoryError } from '../errors.ts';
import { toBoolean } from '../model/ansible-boolean.ts';
import type { InventoryHost } from '../model/inventory.ts';
import { splitShellWords } from '../model/shell-words.ts';
import type { Secret } from './login/become.ts';

/** Reads the variables of one host and refuses wrong values. Of several names that are set the last one counts, as with Ansible. */
export class ConnectionVars {
  readonly #host: InventoryHost;

  constructor(host: InventoryHost) {
    this.#host = host;
  }

  has(name: string): boolean {
    return this.#find([name]) !== undefined;
  }

  /** True for a variable that is set to nothing, unlike one that is not set. */
  isEmpty(name: string): boolean {
    return this.#host.vars[name] === '';
  }

  text(...names: string[]): string | undefined {
    const found = this.#find(names);
    if (found === undefined) return undefined;
    if (typeof found.value !== 'string' && typeof found.value !== 'number') {
      throw this.error(found.name, `is ${describe(found.value)}, and should be text`);
    }
    return String(found.value);
  }

  /** The words of a command line. */
  words(name: string): readonly string[] | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    try {
      return splitShellWords(text);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw this.error(name, `is ${JSON.stringify(text)}, and ${error.message}`);
    }
  }

  port(...names: string[]): number | undefined {
    const found = this.#find(names);
    const text = this.text(...names);
    if (found === undefined || text === undefined) return undefined;
    const port = Number(text);
    if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
    throw this.error(found.name, `is ${JSON.stringify(text)}, and should be a port from 1 to 65535`);
  }

  /** Seconds, as milliseconds. */
  seconds(...names: string[]): number | undefined {
    const seconds = this.#number(names, 'a number of seconds above 0', (value) => value > 0);
    return seconds === undefined ? undefined : seconds * 1000;
  }

  count(...names: string[]): number | undefined {
    return this.#number(names, 'a whole number', (value) => Number.isInteger(value) && value >= 0);
  }

  boolean(...names: string[]): boolean | undefined {
    const found = this.#find(names);
    if (found === undefined) return undefined;
    const value = toBoolean(found.value);
    if (value !== undefined) return value;
    throw this.error(found.name, `is ${describe(found.value)}, and should be true or false`);
  }

  oneOf<T extends string>(name: string, choices: readonly T[]): T | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    // Plugins of Ansible go by their collections, too: ansible.builtin.ssh, community.general.doas.
    const plain = text.replace(/^(ansible\.(builtin|legacy)|community\.general)\./, '');
    const choice = choices.find((candidate) => candidate === plain);
    if (choice !== undefined) return choice;
    throw this.error(name, `is ${JSON.stringify(text)}, and kvmplay knows ${list(choices)} only`);
  }

  /** Never shows the value, whatever is wrong with it. */
  secret(...names: string[]): Secret | undefined {
    const found = this.#find(names);
    if (found === undefined) return undefined;
    const { name, value } = found;
    if (typeof value !== 'string' && typeof value !== 'number') throw this.error(name, 'should be text');
    return () => Promise.resolve(String(value));
  }

  error(variable: string, problem: string): InventoryError {
    const { name, place, varPlaces } = this.#host;
    return new InventoryError(`${name}: ${variable} ${problem}`, varPlaces?.get(variable) ?? place);
  }

  #number(names: readonly string[], wanted: string, isRight: (value: number) => boolean): number | undefined {
    const found = this.#find(names);
    const text = this.text(...names);
    if (found === undefined || text === undefined) return undefined;
    const value = Number(text);
    if (isRight(value)) return value;
    throw this.error(found.name, `is ${JSON.stringify(text)}, and should be ${wanted}`);
  }

  #find(names: readonly string[]): { name: string; value: unknown } | undefined {
    for (const name of names.toReversed()) {
      const value = this.#host.vars[name];
      if (value !== undefined && value !== null && value !== '') return { name, value };
    }
    return undefined;
  }
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'a mapping' : JSON.stringify(value);
}

/** `a`, `a and b`, `a, b and c` */
function list(words: readonly string[]): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`;
}
