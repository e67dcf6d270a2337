import type { CommandSpec, OptionSpec, OptionTable } from './command-line.ts';

/** The option's letter and its further long names. */
export function otherNames({ alias, also = [] }: OptionSpec): readonly string[] {
  return [...(alias === undefined ? [] : [alias]), ...also];
}

/** Every long name of a command's options. */
export function longNames(options: OptionTable): readonly string[] {
  return Object.entries(options).flatMap(([name, { also = [] }]) => [name, ...also]);
}

/**
 * Options by name that kvmplay.config.ts and the environment can set. Where commands share a name, the first one describes
 * it.
 */
export function settableOptions(specs: readonly CommandSpec[]): ReadonlyMap<string, OptionSpec> {
  const options = new Map<string, OptionSpec>();
  for (const [name, option] of specs.flatMap((spec) => Object.entries(spec.options))) {
    if (option.settable !== false && !options.has(name)) options.set(name, option);
  }
  return options;
}

/** `connect-timeout` → `connectTimeout` */
export function toConfigName(option: string): string {
  return option.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** `connect-timeout` → `KVMPLAY_CONNECT_TIMEOUT` */
export function toVariableName(option: string): string {
  return `KVMPLAY_${option.toUpperCase().replaceAll('-', '_')}`;
}
