import { parseEvents, YAMLException } from 'js-yaml';
import type { Event } from 'js-yaml';

/** Farther than the lines of a file that is nested as deeply as is allowed. */
const indentation = ' '.repeat(256);

/** Each moved line costs another reading of the text, so more of them would take for ever. */
const mostLines = 100;

/**
 * The events of a YAML text, and the text that their offsets refer to: lines within brackets or quotes may stand as far to the left
 * as they like, as for Ansible's reader, and are moved to the right for js-yaml, which goes by the letter of YAML. That changes no
 * value and no number of a line. Throws YAMLException.
 */
export function parseYamlEvents(
  text: string,
  options: { readonly maxDepth: number },
): { readonly events: Event[]; readonly source: string } {
  const lines = text.split('\n');
  const moved = new Set<number>();
  let first: YAMLException | undefined;
  for (;;) {
    const source = moved.size === 0 ? text : lines.join('\n');
    try {
      return { events: parseEvents(source, options), source };
    } catch (error) {
      const line = leftmostLine(error);
      first ??= error instanceof YAMLException ? error : undefined;
      if (line === undefined || moved.has(line) || moved.size === mostLines) throw first ?? error;
      moved.add(line);
      lines[line] = `${indentation}${lines[line] ?? ''}`;
    }
  }
}

/** The line that js-yaml wants farther to the right. */
function leftmostLine(error: unknown): number | undefined {
  return error instanceof YAMLException && error.reason === 'deficient indentation'
    ? error.mark?.line
    : undefined;
}
