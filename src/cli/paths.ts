import { isAbsolute, relative, resolve, sep } from 'node:path';

export function resolvePath(file: string, cwd: string): string {
  return resolve(cwd, file);
}

/** As people name it: relative to where they stand, absolute when it lies elsewhere. */
export function inFolder(path: string, cwd: string): string {
  const name = relative(cwd, path);
  return name === '..' || name.startsWith(`..${sep}`) || isAbsolute(name) ? path : name;
}
