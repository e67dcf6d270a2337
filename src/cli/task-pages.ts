import { readdir } from 'node:fs/promises';
import { basename } from 'node:path';

const folders = ['../../docs/tasks/', '../../docs/actions/'].map((path) => new URL(path, import.meta.url));

/** Finds the manual page of each task and action by its name: `ensureBond`, `command`. */
export async function listTaskPages(): Promise<ReadonlyMap<string, URL>> {
  const pages = await Promise.all(folders.map(listPages));
  return new Map(pages.flat());
}

/** `ensure-bond` → `ensureBond` */
export function toTaskName(fileName: string): string {
  return fileName.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

async function listPages(folder: URL): Promise<readonly (readonly [string, URL])[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.md')).sort();
  return files.map((file) => [toTaskName(basename(file, '.md')), new URL(file, folder)]);
}
