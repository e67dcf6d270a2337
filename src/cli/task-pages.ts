import { readdir } from 'node:fs/promises';
import { basename } from 'node:path';

const pages = new URL('../../docs/tasks/', import.meta.url);

/** The manual page of each task, by its name: `ensureBond`. */
export async function listTaskPages(): Promise<ReadonlyMap<string, URL>> {
  const files = (await readdir(pages)).filter((file) => file.endsWith('.md')).sort();
  return new Map(files.map((file) => [toTaskName(basename(file, '.md')), new URL(file, pages)]));
}

/** `ensure-bond` → `ensureBond` */
export function toTaskName(fileName: string): string {
  return fileName.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}
