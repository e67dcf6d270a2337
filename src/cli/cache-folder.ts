import { lstatSync, mkdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import type { CliIo } from './io.ts';

/** `$XDG_CACHE_HOME/kvmplay/NAME`, or that below `~/.cache`. */
export function cacheFolder(name: string, env: CliIo['env']): string {
  const { XDG_CACHE_HOME: cache, HOME: home = homedir() } = env;
  // A relative path is to be ignored, says the XDG Base Directory Specification.
  const base = cache?.startsWith('/') === true ? cache : join(home, '.cache');
  return join(base, 'kvmplay', name);
}

/** Whether only its owner, who is us, may have written what is in a folder of the cache. Throws when it is not there. */
export function isPrivate(folder: string): boolean {
  return [dirname(folder), folder].every((path) => {
    const stats = lstatSync(path);
    return stats.isDirectory() && stats.uid === process.getuid?.() && (stats.mode & 0o022) === 0;
  });
}

/**
 * Makes a folder of the cache unless it is there, and tells whether it is private. False also when it is not ours to make:
 * under sudo, HOME may be somebody else's. Throws when it cannot be made.
 */
export function makePrivate(folder: string): boolean {
  const place = nearestFolder(folder);
  if (place !== folder) {
    if (lstatSync(place).uid !== process.getuid?.()) return false;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }
  return isPrivate(folder);
}

function nearestFolder(path: string): string {
  return statSync(path, { throwIfNoEntry: false }) === undefined ? nearestFolder(dirname(path)) : path;
}
