/** The state of a kernel module. */
export interface KernelModule {
  /** `builtin`: part of the kernel itself. `missing`: the kernel has no such module. */
  readonly state: 'loaded' | 'builtin' | 'loadable' | 'missing';
  /** Readable parameters of a loaded module. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Number of users of a loaded module. */
  readonly uses: number;
  /** Links that a loaded module drives. They disappear with it. */
  readonly links: readonly string[];
}

/** Returns the kernel's spelling of a module name. The kernel treats `-` and `_` alike. */
export function moduleName(name: string): string {
  return name.replaceAll('-', '_');
}

/** A module that the kernel does not have. */
export const noModule: KernelModule = { state: 'missing', parameters: {}, uses: 0, links: [] };
