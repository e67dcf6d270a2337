import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SourcePlace } from '../../model/inventory.ts';
import { parseInputs, tellInputs } from './compiler-inputs.ts';
import { contentPrint, statPrint } from './file-print.ts';
import { inFolder, resolvePath } from '../paths.ts';
import type { TypeCache } from './type-cache.ts';
import { codeFile, packageFile } from '../package-paths.ts';

export interface TypeProblem {
  readonly place: SourcePlace;
  /** One or more lines. */
  readonly message: string;
}

export type TypeCheck =
  | { readonly checked: true; readonly problems: readonly TypeProblem[] }
  /** No compiler exists for this platform. */
  | { readonly checked: false };

/**
 * Type-checks playbooks and their imports with the compiler that comes with kvmplay; no tsconfig or @types are needed.
 * Playbooks that `cache` knows to be fine are not checked again.
 */
export async function checkTypes(
  files: readonly string[],
  cwd: string,
  cache?: TypeCache,
): Promise<TypeCheck> {
  const playbooks = files.map((file) => resolvePath(file, cwd));
  const compiler = findCompiler(playbooks);
  if (compiler === undefined) return { checked: false };
  // Few playbooks use Node's API, and its types take longer to read than everything else.
  const nodeTypes = typesOfNode(playbooks);
  const projects = [undefined, ...(nodeTypes === undefined ? [] : [nodeTypes])].map((types) =>
    projectFor(playbooks, types),
  );
  const question = {
    playbooks,
    circumstances: [compiler, ...compiler.map(statPrint), projects, ownVersion()],
  };
  if (cache?.isFine(question) === true) return { checked: true, problems: [] };

  const startedAt = Date.now();
  let problems: readonly TypeProblem[] = [];
  for (const project of projects) {
    const output = await compile(project, [...compiler, ...(cache === undefined ? [] : tellInputs)], cwd);
    problems = parseProblems(output, cwd);
    if (problems.length > 0) continue;
    const inputs = cache === undefined ? undefined : parseInputs(output, playbooks);
    if (inputs !== undefined) cache?.addFine(question, inputs, startedAt);
    break;
  }
  return { checked: true, problems };
}

const requireHere = createRequire(import.meta.url);

/** Returns the command of the native compiler, else that of the playbook's own TypeScript; undefined when neither exists. */
function findCompiler(playbooks: readonly string[]): readonly string[] | undefined {
  const launcher = packageFolder('@typescript/native', requireHere);
  if (launcher !== undefined) {
    const platform = `@typescript/typescript-${process.platform}-${process.arch}`;
    const native = packageFolder(platform, createRequire(join(launcher, 'package.json')));
    const executable = native === undefined ? undefined : join(native, 'lib', 'tsc');
    if (executable !== undefined && existsSync(executable)) return [executable, '--singleThreaded'];
  }
  for (const playbook of playbooks) {
    const own = packageFolder('typescript', createRequire(playbook));
    const script = own === undefined ? undefined : join(own, 'bin', 'tsc');
    if (script !== undefined && existsSync(script)) return [process.execPath, script];
  }
  return undefined;
}

function packageFolder(name: string, require: NodeJS.Require): string | undefined {
  try {
    return dirname(require.resolve(`${name}/package.json`));
  } catch {
    return undefined;
  }
}

/** Fingerprint of kvmplay's package.json, since the version decides how the compiler is called. */
function ownVersion(): string | undefined {
  return contentPrint(packageFile('package.json'));
}

function projectFor(playbooks: readonly string[], nodeTypes: string | undefined): object {
  return {
    compilerOptions: {
      target: 'es2023',
      lib: ['es2023'],
      // A playbook is always an ES module; nodenext would make it CommonJS outside a package of type "module".
      module: 'esnext',
      moduleResolution: 'bundler',
      moduleDetection: 'force',
      allowImportingTsExtensions: true,
      resolveJsonModule: true,
      allowJs: true,
      isolatedModules: true,
      strict: true,
      skipLibCheck: true,
      noEmit: true,
      types: nodeTypes === undefined ? [] : ['node'],
      typeRoots: nodeTypes === undefined ? [] : [nodeTypes],
      paths: { ...ownEntries(), ...zodEntries(playbooks) },
    },
    files: playbooks,
  };
}

function ownEntries(): Record<string, string[]> {
  return {
    kvmplay: [ownTypes('index')],
    'kvmplay/testing': [ownTypes('testing')],
    'kvmplay/lab': [ownTypes('lab/index')],
  };
}

function ownTypes(entry: string): string {
  return fileURLToPath(codeFile(`${entry}.d.ts`));
}

/** Without its own zod, a playbook gets that of kvmplay, as at run time. */
function zodEntries(playbooks: readonly string[]): Record<string, string[]> {
  const own = packageFolder('zod', requireHere);
  if (own === undefined || playbooks.every((playbook) => findUpwards('zod', playbook) !== undefined))
    return {};
  return { zod: [own], 'zod/*': [`${own}/*`] };
}

/** Returns the folder of @types with Node's types: the playbook's own, else that of kvmplay. */
function typesOfNode(playbooks: readonly string[]): string | undefined {
  const own = playbooks
    .map((playbook) => findUpwards('@types/node', playbook))
    .find((found) => found !== undefined);
  const found = own ?? packageFolder('@types/node', requireHere);
  return found === undefined ? undefined : dirname(found);
}

function findUpwards(name: string, from: string): string | undefined {
  const folder = dirname(from);
  const candidate = resolve(folder, 'node_modules', name);
  if (existsSync(candidate)) return candidate;
  return folder === from ? undefined : findUpwards(name, folder);
}

/** Runs the compiler and returns its output. */
async function compile(project: object, compiler: readonly string[], cwd: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'kvmplay-types-'));
  try {
    const file = join(folder, 'tsconfig.json');
    await writeFile(file, JSON.stringify(project));
    return await outputOf([...compiler, '--project', file, '--pretty', 'false'], cwd);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function outputOf([command = '', ...args]: readonly string[], cwd: string): Promise<string> {
  return new Promise((resolveOutput, reject) => {
    // The compiler uses little memory, so garbage collection only costs time.
    const env = { ...process.env, GOGC: 'off' };
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'inherit'] });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      const output = Buffer.concat(chunks).toString();
      // A killed compiler without output is an error, not a clean result.
      if (code === 0 || anyProblem.test(output)) resolveOutput(output);
      else reject(new Error(`the TypeScript compiler ended with ${code ?? signal ?? ''}: ${output.trim()}`));
    });
  });
}

const anyProblem = /^(?:.+\(\d+,\d+\): )?error TS\d+: /m;
const problemWithPlace = /^(.+)\((\d+),(\d+)\): error (TS\d+): ([^]*)$/;

/** Code for an untyped package; its imports are `any`. The author of a playbook cannot mend that. */
const untypedPackage = 'TS7016';

function parseProblems(output: string, cwd: string): readonly TypeProblem[] {
  // Further lines of a message are indented.
  const reports = output.split(/\r?\n(?=\S)/).filter((report) => anyProblem.test(report));
  return reports.map((report) => parseProblem(report, cwd)).filter((problem) => problem !== undefined);
}

function parseProblem(report: string, cwd: string): TypeProblem | undefined {
  const match = problemWithPlace.exec(report);
  if (match === null) throw new Error(`the TypeScript compiler said: ${report.trim()}`);
  const [, file = '', line, column, code, message = ''] = match;
  if (code === untypedPackage) return undefined;
  const place = { file: inFolder(resolvePath(file, cwd), cwd), line: Number(line), column: Number(column) };
  return { place, message: message.trimEnd() };
}
