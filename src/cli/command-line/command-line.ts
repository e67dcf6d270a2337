import type { Origin } from '../settings/setting.ts';

/** The command line as data. The parser, the help, completion and docs/cli.md read it. */

export type OptionSpec = FlagOption | CountOption | TextOption | ListOption | NumberOption;

interface OptionBase {
  /** One letter. */
  readonly alias?: string;
  /** Further long names, for users who know them from Ansible. */
  readonly also?: readonly string[];
  /** A phrase for the help, without a full stop. */
  readonly describe: string;
  /** Heading in the help; default: Options. */
  readonly group?: string;
  /** False: only the command line gives it, not kvmplay.config.ts or the environment. Default: true. */
  readonly settable?: boolean;
}

/** The meaning of a word or value decides how it is completed. In a file of settings, relative paths start at that file. */
export type Meaning =
  | 'file'
  | 'ssh-config'
  | 'playbook'
  | 'folder'
  | 'inventory'
  | 'vars'
  | 'vault'
  | 'pattern'
  | 'host'
  | 'task'
  | 'run';

export interface FlagOption extends OptionBase {
  readonly type: 'flag';
}
/** A flag that says more each time it is given: `-vv`. */
export interface CountOption extends OptionBase {
  readonly type: 'count';
}
export interface TextOption extends OptionBase {
  readonly type: 'text';
  /** Placeholder of the value in the help: `FILE`. */
  readonly value: string;
  readonly means?: Meaning;
  readonly choices?: readonly string[];
  readonly default?: string;
}
/** May be given several times. */
export interface ListOption extends OptionBase {
  readonly type: 'list';
  readonly value: string;
  readonly means?: Meaning;
  /** Possible beginnings of a value, for completion. */
  readonly beginnings?: readonly string[];
  readonly required?: boolean;
}
export interface NumberOption extends OptionBase {
  readonly type: 'number';
  readonly value: string;
  /** The smallest valid number. Numbers are integers. */
  readonly least: number;
  readonly default?: number;
}

export type OptionTable = Readonly<Record<string, OptionSpec>>;

export interface Positional {
  /** Name in the help: `PLAYBOOK`. */
  readonly name: string;
  readonly describe: string;
  readonly means?: Meaning;
  /** The valid words. */
  readonly choices?: readonly string[];
  readonly required?: boolean;
  /** Takes all following words. */
  readonly many?: boolean;
}

export interface Example {
  readonly command: string;
  readonly describe: string;
}

export interface CommandSpec<O extends OptionTable = OptionTable> {
  /** One or two words: `run`, `lab up`. */
  readonly name: string;
  /** A sentence without a full stop. */
  readonly summary: string;
  readonly positionals: readonly Positional[];
  readonly options: O;
  readonly examples: readonly Example[];
  /** Paragraphs that follow the options. */
  readonly notes?: readonly string[];
}

/** Parsed words and options of a command. */
export interface CommandArguments<O extends OptionTable = OptionTable> {
  readonly words: readonly string[];
  readonly options: OptionValues<O>;
  /** The source of each option's value. */
  readonly origins: { readonly [K in keyof O]: Origin };
}

export type OptionValues<O extends OptionTable> = { readonly [K in keyof O]: OptionValue<O[K]> };

type OptionValue<S extends OptionSpec> = S extends FlagOption
  ? boolean
  : S extends CountOption
    ? number
    : S extends ListOption
      ? readonly string[]
      : S extends TextOption
        ? (S extends { readonly choices: readonly (infer C)[] } ? C : string) | Absent<S>
        : number | Absent<S>;
type Absent<S> = S extends { readonly default: unknown } ? never : undefined;

/** Returns the specification with its literal types. */
export function command<const O extends OptionTable>(spec: CommandSpec<O>): CommandSpec<O> {
  return spec;
}
