import * as nodeModule from 'node:module';
import { cacheFolder, makePrivate } from './cache-folder.ts';
import type { CliIo } from './io.ts';

interface NodeModules {
  /** Node 22.1 and later have it. */
  readonly enableCompileCache?: (folder: string) => unknown;
}

/**
 * Lets Node cache compiled code in `$XDG_CACHE_HOME/kvmplay/code` for the next start. Only a folder that nobody else can
 * write to is used, since its content is executed. Without one, or with an older Node, each start compiles everything again.
 */
export function keepCompiledCode(env: CliIo['env'], modules: NodeModules = nodeModule as object): void {
  if (modules.enableCompileCache === undefined) return;
  try {
    const folder = cacheFolder('code', env);
    if (makePrivate(folder)) modules.enableCompileCache(folder);
  } catch {
    // Without the cache the start is slower, nothing else.
  }
}
