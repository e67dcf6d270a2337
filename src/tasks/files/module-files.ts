import { textLines, toText, withoutLines } from './text-lines.ts';

/** Adds a module to the content of a modules-load.d file. The content stays the same to the byte if it names the module. */
export function withModule(content: string, name: string): string {
  return textLines(content).some((line) => sameModule(line, name))
    ? content
    : toText([...textLines(content), name]);
}

/** Removes a module from the content. Undefined if nothing else is left. */
export function withoutModule(content: string, name: string): string | undefined {
  return withoutLines(content, (line) => sameModule(line, name));
}

/** Sets the parameters of a module in a modprobe.d file to exactly these, in one line. */
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

/** Removes the parameters of a module. Undefined if nothing else is left. */
export function withoutOptions(content: string, name: string): string | undefined {
  return withoutLines(content, (line) => areOptions(line, name));
}

/** The kernel treats `-` and `_` alike. */
function sameModule(one: string, other: string): boolean {
  return one.trim().replaceAll('-', '_') === other.replaceAll('-', '_');
}

function areOptions(line: string, name: string): boolean {
  const [word, module = ''] = line.trim().split(/\s+/);
  return word === 'options' && sameModule(module, name);
}
