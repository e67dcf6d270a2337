import { parseJsonValue } from './json-value.ts';
import { parseYamlDocument, type YamlDocument } from './yaml-document.ts';

/**
 * Reads a file that may be YAML or JSON. As for Ansible, what is JSON is read as JSON: `1e3` is a number there, and a word in YAML.
 * Throws InventoryError with the line.
 */
export function parseSourceDocument(text: string, file: string): YamlDocument {
  const json = /^\s*[{[]/.test(text) ? tryJson(text) : undefined;
  if (json === undefined) return parseYamlDocument(text, file);
  const places = placesOf(text, file);
  return {
    ...json,
    placeOf: (path) => places?.placeOf(path) ?? { file },
    keysOf: (path) => places?.keysOf(path) ?? [],
  };
}

function tryJson(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: parseJsonValue(text) };
  } catch {
    return undefined;
  }
}

/** The JSON reader gives no lines, and nearly all JSON is YAML too. */
function placesOf(text: string, file: string): YamlDocument | undefined {
  try {
    return parseYamlDocument(text, file);
  } catch {
    return undefined;
  }
}
