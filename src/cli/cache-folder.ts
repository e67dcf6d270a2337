import { lstatSync, mkdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import type { CliIo } from './io.ts';

/** `$XDG_CACHE_HOME/kvmplay/NAME`, by default `~/.cache/kvmplay/NAME`. */
export function cacheFolder(name: string, env: CliIo['env']): string {
  const { XDG_CACHE_HOME: cache, HOME: home = homedir() } = env;
  // The XDG Base Directory Specification says: ignore a relative path.
  const base = cache?.startsWith('/') === true ? cache : join(home, '.cache');
  return join(base, 'kvmplay', name);
}

/** True when this user owns the folder and nobody else can write to it. Throws when it does not exist. */
export function isPrivate(folder: string): boolean {
  return [dirname(folder), folder].every((path) => {
    const stats = lstatSync(path);
    return stats.isDirectory() && stats.uid === process.getuid?.() && (stats.mode & 0o022) === 0;
  });
}

/**
 * Makes a folder of the cache unless it exists, and tells whether it is private. Also false when it is not ours to make:
 * under sudo, HOME may belong to another user. Throws when the folder cannot be made.
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
