import { parseSysctlLine } from '../../model/sysctl.ts';
import { textLines, toText, withoutLines } from './text-lines.ts';

/** Sets `key` exactly once in the content of a sysctl file. The content stays the same to the byte if it already does. */
export function withSetting(content: string, key: string, value: string): string {
  const lines = textLines(content);
  const settings = lines.map(parseSysctlLine);
  const own = settings.filter((setting) => setting?.key === key);
  if (own.length === 1 && own[0]?.value === value) return content;
  const first = settings.findIndex((setting) => setting?.key === key);
  const line = `${key} = ${value}`;
  const kept = lines.filter((_, index) => index === first || settings[index]?.key !== key);
  return toText(first === -1 ? [...kept, line] : kept.with(first, line));
}

/** Removes `key` from the content. Undefined if nothing else is left. */
export function withoutSetting(content: string, key: string): string | undefined {
  return withoutLines(content, (line) => parseSysctlLine(line)?.key === key);
}
