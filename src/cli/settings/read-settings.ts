import type { CommandSpec } from '../command-line/command-line.ts';
import type { CliIo } from '../io.ts';
import { settableOptions } from '../command-line/option-names.ts';
import { readEnvironment } from './environment.ts';
import { findConfigFile } from './find-config-file.ts';
import type { Settings } from './setting.ts';

/** Reads options from the environment and kvmplay.config.ts; the first source wins. */
export async function readSettings(specs: readonly CommandSpec[], io: CliIo): Promise<readonly Settings[]> {
  const options = settableOptions(specs);
  const environment = readEnvironment(io.env, options);
  const file = findConfigFile(io);
  if (file === undefined) return [environment];
  const { readConfigFile } = await import('./config-file.ts');
  return [environment, await readConfigFile(file, options, io.cwd)];
}
