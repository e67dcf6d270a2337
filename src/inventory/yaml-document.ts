import {
  CORE_SCHEMA,
  constructFromEvents,
  defineScalarTag,
  EVENT_ID,
  getScalarValue,
  mergeTag,
  NOT_RESOLVED,
  SCALAR_STYLE,
  YAMLException,
} from 'js-yaml';
import type { Event, ScalarEvent } from 'js-yaml';
import { InventoryError } from '../errors.ts';
import type { SourcePlace } from '../model/inventory.ts';
import { deepFreeze } from './deep-freeze.ts';
import { UnsafeText, VaultText } from './marked-text.ts';
import { parseYamlEvents } from './parse-yaml-events.ts';
import { floatTag, intTag } from './yaml-numbers.ts';

/** A YAML file as values, and where in the file each of them stands. */
export interface YamlDocument {
  /** Deeply frozen, since hosts share inherited values. Undefined for an empty file. */
  readonly value: unknown;
  /** Place of the key that a path of mapping keys leads to, or of its nearest ancestor that is known. */
  placeOf(path: readonly string[]): SourcePlace;
  /** The keys of the mapping at a path, as they are written; empty where they are not known. */
  keysOf(path: readonly string[]): Iterable<string>;
}

/** Lines of a mapping's keys, as a tree beside the values. */
interface KeyLines {
  readonly line: number;
  readonly children: Map<string, KeyLines>;
}

// Merge keys are counted in total; a fleet's hosts may each merge a block of defaults.
const limits = { maxAliases: 100_000, maxTotalMergeKeys: 1_000_000, maxDepth: 64 };

// Booleans are what Ansible's reader takes for them (`become: yes`), without its `y` and `n` of the standard.
const booleanTag = defineScalarTag<boolean>('tag:yaml.org,2002:bool', {
  implicit: true,
  implicitFirstChars: ['y', 'Y', 'n', 'N', 't', 'T', 'f', 'F', 'o', 'O'],
  resolve: (source) =>
    /^(yes|Yes|YES|on|On|ON|true|True|TRUE)$/.test(source)
      ? true
      : /^(no|No|NO|off|Off|OFF|false|False|FALSE)$/.test(source)
        ? false
        : NOT_RESOLVED,
  identify: () => false,
});

const unsafeTag = defineScalarTag<UnsafeText>('!unsafe', {
  resolve: (source) => new UnsafeText(source),
  identify: () => false,
});
const vaultTags = ['!vault', '!vault-encrypted'].map((name) =>
  defineScalarTag<VaultText>(name, { resolve: (source) => new VaultText(source), identify: () => false }),
);
const ownTags = new Set(['!', '!unsafe', '!vault', '!vault-encrypted']);

const schema = CORE_SCHEMA.withTags(mergeTag, booleanTag, intTag, floatTag, unsafeTag, ...vaultTags);

/** Reads one YAML document. Throws InventoryError with the line. */
export function parseYamlDocument(text: string, file: string): YamlDocument {
  try {
    const { events, source } = parseYamlEvents(text, { maxDepth: limits.maxDepth });
    const documents = events.filter(({ type }) => type === EVENT_ID.DOCUMENT).length;
    if (documents > 1) {
      throw new InventoryError(`the file holds ${documents} YAML documents and should hold one`, { file });
    }
    const { root, plainKeys } = locateKeys(events, source, file);
    const [value] = constructFromEvents(plainKeys, { source, schema, ...limits });
    return {
      value: deepFreeze(value),
      placeOf: (path) => placeIn(root, path, file),
      keysOf: (path) => keysIn(root, path),
    };
  } catch (error) {
    throw error instanceof YAMLException ? toInventoryError(error, file) : error;
  }
}

function placeIn(root: KeyLines, path: readonly string[], file: string): SourcePlace {
  let node = root;
  for (const key of path) {
    const child = node.children.get(key);
    if (child === undefined) {
      break;
    }
    node = child;
  }
  return { file, line: node.line };
}

function keysIn(root: KeyLines, path: readonly string[]): Iterable<string> {
  let node: KeyLines | undefined = root;
  for (const key of path) node = node?.children.get(key);
  return node?.children.keys() ?? [];
}

/** A collection that the walk over the events is in. */
interface OpenCollection {
  readonly lines: KeyLines | undefined;
  readonly isMapping: boolean;
  readonly anchor: string | undefined;
  /** The key of a mapping whose value is read next. */
  key: { readonly name: string; readonly line: number } | undefined;
  expectsKey: boolean;
}

/**
 * Notes the line of every key, and sees to it that keys are read as they are written: a host `010` is not host 8, and
 * group `no` is not group false.
 */
function locateKeys(
  events: readonly Event[],
  text: string,
  file: string,
): { root: KeyLines; plainKeys: Event[] } {
  const lineOf = lineCounter(text);
  const root: KeyLines = { line: 1, children: new Map() };
  const open: OpenCollection[] = [];

  const plainKeys = events.map((event): Event => {
    const parent = open.at(-1);
    switch (event.type) {
      case EVENT_ID.DOCUMENT:
        open.push({ lines: root, isMapping: false, anchor: undefined, key: undefined, expectsKey: false });
        return event;
      case EVENT_ID.POP:
        open.pop();
        return event;
      case EVENT_ID.MAPPING:
      case EVENT_ID.SEQUENCE:
        refuseUnreadableTag(event, text, lineOf, file);
        if (event.type === EVENT_ID.SEQUENCE) takeValue(parent);
        open.push({
          lines: event.type === EVENT_ID.MAPPING ? enter(parent, lineOf(event.start)) : undefined,
          isMapping: event.type === EVENT_ID.MAPPING,
          anchor: sliceOf(text, event.anchorStart, event.anchorEnd),
          key: undefined,
          expectsKey: event.type === EVENT_ID.MAPPING,
        });
        return event;
      case EVENT_ID.ALIAS: {
        const anchor = sliceOf(text, event.anchorStart, event.anchorEnd);
        const line = lineOf(event.anchorStart);
        if (open.some((collection) => collection.anchor === anchor)) {
          throw new InventoryError(`*${anchor ?? ''} stands inside what it refers to`, { file, line });
        }
        takeValue(parent);
        return event;
      }
      case EVENT_ID.SCALAR:
        refuseUnreadableTag(event, text, lineOf, file);
        if (parent?.isMapping !== true || !parent.expectsKey) {
          takeValue(parent);
          return event;
        }
        return takeKey(parent, event, { text, file, lineOf });
    }
  });
  return { root, plainKeys };
}

function takeKey(
  mapping: OpenCollection,
  event: ScalarEvent,
  { text, file, lineOf }: { text: string; file: string; lineOf: (offset: number) => number },
): ScalarEvent {
  const name = getScalarValue(text, event);
  const line = event.valueStart < 0 ? (mapping.lines?.line ?? 1) : lineOf(event.valueStart);
  const isMerge = name === '<<' && event.style === SCALAR_STYLE.PLAIN;
  const earlier = mapping.lines?.children.get(name);
  if (earlier !== undefined && !isMerge) {
    throw new InventoryError(`${name} stands twice in one mapping: here and on line ${earlier.line}`, {
      file,
      line,
    });
  }
  mapping.lines?.children.set(name, { line, children: new Map() });
  mapping.key = { name, line };
  mapping.expectsKey = false;
  return isMerge || !event.fast ? event : { ...event, style: SCALAR_STYLE.SINGLE_QUOTED };
}

function takeValue(parent: OpenCollection | undefined): void {
  if (parent?.isMapping === true) {
    parent.key = undefined;
    parent.expectsKey = true;
  }
}

/** The lines of a mapping that begins: those of its key, those of the root, or new ones that are not read. */
function enter(parent: OpenCollection | undefined, line: number): KeyLines {
  const key = parent?.key?.name;
  const own = key === undefined ? parent?.lines : parent?.lines?.children.get(key);
  takeValue(parent);
  return own ?? { line, children: new Map() };
}

/** A tag that nothing here can read is named with its line before the reader meets it. */
function refuseUnreadableTag(
  event: { readonly tagStart: number; readonly tagEnd: number },
  text: string,
  lineOf: (offset: number) => number,
  file: string,
): void {
  const tag = sliceOf(text, event.tagStart, event.tagEnd);
  if (tag?.startsWith('!') === true && !tag.startsWith('!!') && !ownTags.has(tag)) {
    throw new InventoryError(`${tag} is a YAML tag that kvmplay does not know`, {
      file,
      line: lineOf(event.tagStart),
    });
  }
}

function sliceOf(text: string, start: number, end: number): string | undefined {
  return start < 0 ? undefined : text.slice(start, end);
}

/** Finds the line of an offset. Offsets may come in any order. */
function lineCounter(text: string): (offset: number) => number {
  const starts = [0];
  for (let index = text.indexOf('\n'); index !== -1; index = text.indexOf('\n', index + 1)) {
    starts.push(index + 1);
  }
  return (offset) => {
    let low = 0;
    let high = starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= offset) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return low + 1;
  };
}

function toInventoryError(error: YAMLException, file: string): InventoryError {
  const place = error.mark === undefined ? { file } : { file, line: error.mark.line + 1 };
  return new InventoryError(`not valid YAML: ${error.reason}`, place, { cause: error });
}
