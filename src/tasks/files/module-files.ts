import { textLines, toText, withoutLines } from './text-lines.ts';

/** The content of a file of modules-load.d that names a module; to the byte the same where it does. */
export function withModule(content: string, name: string): string {
  return textLines(content).some((line) => sameModule(line, name))
    ? content
    : toText([...textLines(content), name]);
}

/** The content without the module; undefined when nothing else is in it. */
export function withoutModule(content: string, name: string): string | undefined {
  return withoutLines(content, (line) => sameModule(line, name));
}

/** The content of a file of modprobe.d that gives a module these parameters, in one line, and no others. */
export function withOptions(
  content: string,
  name: string,
  parameters: Readonly<Record<string, string>>,
): string {
  const words = Object.entries(parameters).map(([key, value]) => `${key}=${value}`);
  const line = `options ${name} ${words.join(' ')}`;
  const lines = textLines(content);
  const first = lines.findIndex((one) => areOptions(one, name));
  const kept = lines.filter((one, index) => index === first || !areOptions(one, name));
  if (kept.length === lines.length && lines[first] === line) return content;
  return toText(first === -1 ? [...kept, line] : kept.with(first, line));
}

/** The content without parameters of the module; undefined when nothing else is in it. */
export function withoutOptions(content: string, name: string): string | undefined {
  return withoutLines(content, (line) => areOptions(line, name));
}

/** The kernel takes `-` and `_` for the same. */
function sameModule(one: string, other: string): boolean {
  return one.trim().replaceAll('-', '_') === other.replaceAll('-', '_');
}

function areOptions(line: string, name: string): boolean {
  const [word, module = ''] = line.trim().split(/\s+/);
  return word === 'options' && sameModule(module, name);
}
