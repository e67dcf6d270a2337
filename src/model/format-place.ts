import type { SourcePlace } from './inventory.ts';

/** `hosts.yml:7:3` */
export function formatPlace({ file, line, column }: SourcePlace): string {
  return [file, line, column].filter((part) => part !== undefined).join(':');
}
