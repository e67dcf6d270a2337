/** How a kernel module stands. */
export interface KernelModule {
  /** `builtin`: part of the kernel itself. `missing`: the kernel has no such module. */
  readonly state: 'loaded' | 'builtin' | 'loadable' | 'missing';
  /** Of a loaded one: what it says its parameters are, those that can be read. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Of a loaded one: how many use it. */
  readonly uses: number;
  /** Of a loaded one: the links that it drives, which go with it. */
  readonly links: readonly string[];
}

/** The name as the kernel spells it, which takes `-` and `_` for the same. */
export function moduleName(name: string): string {
  return name.replaceAll('-', '_');
}

/** A module that the kernel does not have. */
export const noModule: KernelModule = { state: 'missing', parameters: {}, uses: 0, links: [] };
