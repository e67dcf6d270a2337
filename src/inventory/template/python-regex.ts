import { toRegex as toPlainRegex } from '../python-regex.ts';
import { TemplateError } from './template-error.ts';

/** A regular expression of Python as one of JavaScript. Throws TemplateError. */
export function toRegex(pattern: string, flags: string): RegExp {
  try {
    return toPlainRegex(pattern, flags);
  } catch (error) {
    throw new TemplateError(
      `has the regular expression ${JSON.stringify(pattern)}, which is none that kvmplay knows`,
      {
        cause: error,
      },
    );
  }
}

/** The text that stands for a match: `\1`, `\g<1>` and `\g<name>` are what groups matched. */
export function expandReplacement(
  replacement: string,
  groups: readonly string[],
  named: Readonly<Record<string, string>>,
): string {
  return replacement.replace(
    /\\(?:(\d+)|g<(\w+)>|([^]))/g,
    (_whole, digit?: string, name?: string, letter?: string) => {
      const group = digit ?? name;
      if (group !== undefined)
        return /^\d+$/.test(group) ? (groups[Number(group)] ?? '') : (named[group] ?? '');
      return letter === 'n' ? '\n' : letter === 't' ? '\t' : letter === '\\' ? '\\' : `\\${letter ?? ''}`;
    },
  );
}
