import type { ProgramCommand } from '../model/command.ts';
import { quote } from '../model/shell-quote.ts';

/** Builds a call of ip(8). */
export function ip(...words: readonly string[]): ProgramCommand {
  return { argv: ['ip', ...words] };
}

/** Returns a shell test: the host has a link of that name. */
export function hasLink(name: string): string {
  return `[ -e ${quote(folderOf(name))} ]`;
}

/** Returns a shell test: the link is a port of the controller. */
export function isPortOf(port: string, controller: string): string {
  return `[ ${quote(`${folderOf(port)}/master`)} -ef ${quote(folderOf(controller))} ]`;
}

function folderOf(link: string): string {
  return `/sys/class/net/${link}`;
}
