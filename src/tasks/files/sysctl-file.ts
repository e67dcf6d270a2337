import { parseSysctlLine } from '../../model/sysctl.ts';
import { textLines, toText, withoutLines } from './text-lines.ts';

/** The content of a file for sysctl(8) that sets `key` once, to `value`; to the byte the same where it does so already. */
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

/** The content without `key`; undefined when nothing else is in it. */
export function withoutSetting(content: string, key: string): string | undefined {
  return withoutLines(content, (line) => parseSysctlLine(line)?.key === key);
}
