import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { transform, transformSync, type TransformFailure, type TransformOptions } from 'esbuild';
import { HookFailure } from './hook-failure.ts';

/**
 * Module hooks that let a playbook lie anywhere: `import 'kvmplay'` gives the running copy, imports find TypeScript files,
 * and TypeScript is compiled. Node 22.15 and later run the synchronous pair in the main thread, older ones the other pair in
 * its own thread. Nothing is cached on disk: others could plant code in a shared cache.
 */

interface Resolved {
  readonly url: string;
}
interface ResolveContext {
  readonly parentURL?: string | undefined;
}
interface Loaded {
  readonly format: string;
  readonly source: string;
  readonly shortCircuit: true;
}
/** The next hook in the chain; Node's own types for it differ between versions. */
type Next<Context, Result> = (target: string, context: Context) => Result;

export async function resolve(
  specifier: string,
  context: ResolveContext,
  next: Next<ResolveContext, Promise<Resolved>>,
): Promise<Resolved> {
  const misses: unknown[] = [];
  for (const candidate of candidatesFor(specifier, context.parentURL)) {
    try {
      return await next(candidate.specifier, { ...context, parentURL: candidate.parentURL });
    } catch (error) {
      misses.push(missOrThrow(error));
    }
  }
  throw notFound(specifier, context.parentURL, misses);
}

export function resolveSync(
  specifier: string,
  context: ResolveContext,
  next: Next<ResolveContext, Resolved>,
): Resolved {
  const misses: unknown[] = [];
  for (const candidate of candidatesFor(specifier, context.parentURL)) {
    try {
      return next(candidate.specifier, { ...context, parentURL: candidate.parentURL });
    } catch (error) {
      misses.push(missOrThrow(error));
    }
  }
  throw notFound(specifier, context.parentURL, misses);
}

export async function load<Context>(
  url: string,
  context: Context,
  next: Next<Context, Promise<unknown>>,
): Promise<unknown> {
  if (!isTypeScript(url)) return next(url, context);
  const path = fileURLToPath(url);
  const result = await transform(readFileSync(path, 'utf8'), transformOptions(path)).catch(syntaxError);
  return compiled(result.code);
}

export function loadSync<Context>(url: string, context: Context, next: Next<Context, unknown>): unknown {
  if (!isTypeScript(url)) return next(url, context);
  const path = fileURLToPath(url);
  try {
    return compiled(transformSync(readFileSync(path, 'utf8'), transformOptions(path)).code);
  } catch (error) {
    return syntaxError(error);
  }
}

interface Candidate {
  readonly specifier: string;
  readonly parentURL: string | undefined;
}

function candidatesFor(specifier: string, parentURL: string | undefined): readonly Candidate[] {
  const asWritten = { specifier, parentURL };
  // `kvmplay` resolves as in this file, to this package itself: one instance, whatever copy lies beside the playbook.
  const asOurs = { specifier, parentURL: import.meta.url };
  if (isOf('kvmplay', specifier)) return [asOurs];
  if (isOf('zod', specifier)) return [asWritten, asOurs];
  if (!isPath(specifier)) return [asWritten];
  return [asWritten, ...typeScriptNames(specifier).map((name) => ({ specifier: name, parentURL }))];
}

function isOf(packageName: string, specifier: string): boolean {
  return specifier === packageName || specifier.startsWith(`${packageName}/`);
}

function isPath(specifier: string): boolean {
  return /^(?:\.{0,2}\/|file:)/.test(specifier);
}

function typeScriptNames(specifier: string): readonly string[] {
  if (/\.m?js$/.test(specifier)) return [specifier.replace(/js$/, 'ts')];
  if (/\.m?ts$/.test(specifier)) return [];
  return [`${specifier}.ts`, `${specifier}.js`, `${specifier}/index.ts`, `${specifier}/index.js`];
}

function missOrThrow(error: unknown): unknown {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'ERR_UNSUPPORTED_DIR_IMPORT') throw error;
  return error;
}

/** Names the importing file only for a playbook's own import; inside packages Node's error says more. */
function notFound(specifier: string, parentURL: string | undefined, [cause]: readonly unknown[]): unknown {
  if (parentURL?.startsWith('file:') !== true || parentURL.includes('/node_modules/')) return cause;
  return new HookFailure({ kind: 'import', file: fileURLToPath(parentURL), specifier });
}

function isTypeScript(url: string): boolean {
  return url.startsWith('file:') && /\.m?ts(?:[?#]|$)/.test(url);
}

function transformOptions(path: string): TransformOptions {
  return {
    loader: 'ts',
    format: 'esm',
    // 'node20' would drop `with { type: 'json' }`, which Node has from 20.10 on.
    target: 'node20.19',
    sourcefile: path,
    sourcemap: 'inline',
    logLevel: 'silent',
  };
}

function compiled(source: string): Loaded {
  return { format: 'module', source, shortCircuit: true };
}

function syntaxError(error: unknown): never {
  const [first] = (error as Partial<TransformFailure>).errors ?? [];
  if (first?.location == null) throw error;
  const { file, line, column } = first.location;
  throw new HookFailure({ kind: 'syntax', file, line, column: column + 1, message: first.text });
}
