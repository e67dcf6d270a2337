import * as nodeModule from 'node:module';
import { cacheFolder, makePrivate } from './cache-folder.ts';
import type { CliIo } from './io.ts';

interface NodeModules {
  /** From Node 22.1 on. */
  readonly enableCompileCache?: (folder: string) => unknown;
}

/**
 * Has Node keep what it compiles in `$XDG_CACHE_HOME/kvmplay/code`, for the next start. Only in a folder that nobody else may
 * write: what is in it is run. Without one, or with an older Node, a start compiles everything again.
 */
export function keepCompiledCode(env: CliIo['env'], modules: NodeModules = nodeModule as object): void {
  if (modules.enableCompileCache === undefined) return;
  try {
    const folder = cacheFolder('code', env);
    if (makePrivate(folder)) modules.enableCompileCache(folder);
  } catch {
    // A start that is slower is no failure.
  }
}
