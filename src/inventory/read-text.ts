import { extname } from 'node:path';
import { InventoryError } from '../errors.ts';
import { hasIniSection, readIniInventory } from './ini-inventory.ts';
import type { InventoryBuilder } from './inventory-builder.ts';
import { readGroups } from './read-groups.ts';
import { readScriptDocument } from './script-document.ts';
import { parseSourceDocument } from './source-document.ts';
import type { YamlDocument } from './yaml-document.ts';

/** Extensions of files that Ansible reads as YAML; it reads all others as INI. */
const yamlExtensions = ['', '.yml', '.yaml', '.json'];

/**
 * Reads a file of an inventory into the builder: YAML or JSON in Ansible's shape, what an executable inventory once printed, or
 * INI. Throws InventoryError with file and line; for a text that is none of them, what is wrong with it as the one it looks like.
 */
export function readTextInventory(text: string, file: string, builder: InventoryBuilder): void {
  const plain = text.replace(/^\uFEFF/, '');
  const yaml = yamlExtensions.includes(extname(file)) ? tryYaml(plain, file) : undefined;
  if (yaml?.document !== undefined) {
    readYamlInventory(yaml.document, file, builder);
    return;
  }
  try {
    readIniInventory(plain, file, builder);
  } catch (error) {
    throw yaml?.error !== undefined && looksLikeYaml(plain, file) ? yaml.error : error;
  }
}

/** Returns the document of a text that holds a mapping or nothing, or else its error as YAML: `[kvm]` is a list there. */
function tryYaml(text: string, file: string): { document?: YamlDocument; error?: unknown } {
  try {
    const document = parseSourceDocument(text, file);
    const { value } = document;
    const isList = Array.isArray(value);
    if (value === undefined || (typeof value === 'object' && !isList)) return { document };
    const found = isList ? 'a list' : `a ${typeof value === 'string' ? 'text' : typeof value}`;
    return {
      error: new InventoryError(`the file is ${found} and should be a mapping of groups`, { file, line: 1 }),
    };
  } catch (error) {
    return { error };
  }
}

function looksLikeYaml(text: string, file: string): boolean {
  if (hasIniSection(text)) return false;
  return extname(file) !== '' || /^(?:[^\s#=]+:|-)(?:[ \t\r]|$)/m.test(text);
}

function readYamlInventory(document: YamlDocument, file: string, builder: InventoryBuilder): void {
  const { value } = document;
  if (typeof value === 'object' && value !== null) {
    if ('plugin' in value && typeof value.plugin === 'string') {
      throw new InventoryError(
        `the file configures Ansible's inventory plugin ${value.plugin}, which only Ansible can run: give kvmplay an executable that prints what ansible-inventory --list prints of it`,
        document.placeOf(['plugin']),
      );
    }
    if ('_meta' in value) {
      readScriptDocument(value, { file }, builder);
      return;
    }
  }
  readGroups(document, builder);
}
