import { isAbsolute, relative, resolve, sep } from 'node:path';

export function resolvePath(file: string, cwd: string): string {
  return resolve(cwd, file);
}

/** Shortens a path for messages: relative below `cwd`, otherwise absolute. */
export function inFolder(path: string, cwd: string): string {
  const name = relative(cwd, path);
  return name === '..' || name.startsWith(`..${sep}`) || isAbsolute(name) ? path : name;
}
