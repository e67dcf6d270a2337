import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';

import { addresses, leases, links, linkState, nics, platform, routes } from '../../src/facts/index.ts';
import { defaultRoutes } from '../../src/facts/index.ts';
import { configFilesFact } from '../../src/facts/config-files.ts';
import { parseTransactionResult } from '../../src/engine/transaction/transaction-result.ts';

/** Short enough for a quadratic parser to end, long enough for it to be seen. */
const length = 8192;
/** Milliseconds below which nobody waits and a clock tells little. */
const unnoticed = 20;

const runs = [
  'a',
  '0',
  ' ',
  '\t',
  '/',
  ':',
  '@',
  '-',
  '=',
  '#',
  '[',
  '|',
  '\\',
  '(',
  '%',
  '.',
  '~',
  '\r',
  '\u2028',
  '"',
  'ab ',
  'a:',
  '\na',
  '\n\n',
  ' \n',
  'a@',
  '1.',
  ' dev ',
];

/** What the lines begin with that facts print. */
const keywords = [
  'link eth0 ',
  'bridge br0 ',
  'stp eth0 ',
  'bond bond0 ',
  'bond bond0 x: y\nbond bond0 ',
  'vlan ',
  'master ',
  'nic eth0 ',
  'os NAME=',
  'lrwxrwxrwx 1 0 ',
  '1: lo: <UP> mtu 1 ',
  '3: eth0    inet 10.0.0.1/24 ',
  'default via 10.0.0.1 ',
  'outcome ',
  'probe 1',
  '| ',
];

const parsers: readonly (readonly [string, (text: string) => unknown])[] = [
  ...[
    addresses,
    defaultRoutes,
    leases,
    links,
    linkState,
    nics,
    platform,
    routes,
    configFilesFact(['/etc/x']),
  ].map((fact) => [fact.name, (text: string): unknown => fact.parse(text)] as const),
  ['transaction result', parseTransactionResult],
];

describe('a parser of what a host says', () => {
  it.each(parsers)('takes twice the time for twice the text: %s', (_name, parse) => {
    const beginnings = ['', ...keywords];

    const slow = runs.flatMap((run) =>
      beginnings
        .filter((beginning) => isSuperLinear((text) => attempt(parse, text), beginning, run))
        .map((beginning) => `${beginning}, then ${JSON.stringify(run)}`),
    );

    expect(slow).toEqual([]);
  });
});

describe('a regular expression of src', () => {
  it('takes twice the time for twice the text', () => {
    const slow = patternsOfSource().flatMap(({ place, pattern }) => {
      const beginnings = ['', literalStart(pattern)];
      const letters = new Set(`${pattern.source.replaceAll(/\\[a-zA-Z]/g, '')}a0 \t\n`.split(''));
      const bad = [...letters].filter((letter) =>
        beginnings.some((beginning) => isSuperLinear((text) => pattern.exec(text), beginning, letter)),
      );
      return bad.map((letter) => `${place} ${String(pattern)} with ${JSON.stringify(letter)}`);
    });

    expect(slow).toEqual([]);
  });
});

/** What is slow once is tried again: the machine may have had something else to do. */
function isSuperLinear(work: (text: string) => unknown, beginning: string, run: string): boolean {
  const timeOf = (size: number): number => {
    const text = `${beginning}${run.repeat(size / run.length)}\u2028!`;
    const begun = performance.now();
    work(text);
    return performance.now() - begun;
  };
  const isSlow = (): boolean => {
    const long = timeOf(2 * length);
    return long > unnoticed && long / timeOf(length) > 3;
  };
  return isSlow() && isSlow() && isSlow();
}

function attempt(parse: (text: string) => unknown, text: string): void {
  try {
    parse(text);
  } catch {
    // Refusing a text is an answer, too.
  }
}

function literalStart({ source }: RegExp): string {
  return /^\^?((?:[\w :|]|\\\/)*)/.exec(source)?.[1]?.replaceAll('\\/', '/') ?? '';
}

/** Inventories, templates and playbooks are the operator's own words. */
const own = ['inventory'];

function patternsOfSource(): readonly { readonly place: string; readonly pattern: RegExp }[] {
  const root = join(import.meta.dirname, '../../src');
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !own.some((folder) => file.startsWith(`${folder}/`)))
    .flatMap((file) => {
      const source = ts.createSourceFile(
        file,
        readFileSync(join(root, file), 'utf8'),
        ts.ScriptTarget.Latest,
      );
      return literalsIn(source).map((literal) => ({ place: file, pattern: toPattern(literal) }));
    });
}

function literalsIn(node: ts.Node): readonly string[] {
  const found: string[] = [];
  const visit = (part: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(part)) found.push(part.text);
    ts.forEachChild(part, visit);
  };
  visit(node);
  return found;
}

function toPattern(literal: string): RegExp {
  const end = literal.lastIndexOf('/');
  return new RegExp(literal.slice(1, end), literal.slice(end + 1).replace('g', ''));
}
