/** A configuration file of the host. */
export interface ConfigFile {
  readonly content: string;
  /** Permission bits, such as 0o644. */
  readonly mode: number;
}

/** Configuration files by absolute path. */
export type ConfigFiles = ReadonlyMap<string, ConfigFile>;
