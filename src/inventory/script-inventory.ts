import { access, constants, open } from 'node:fs/promises';
import { resolve } from 'node:path';
import { InventoryError } from '../errors.ts';
import { parseJsonValue } from './json-value.ts';
import type { InventoryBuilder } from './inventory-builder.ts';
import type { ScriptLimits } from './run-script.ts';
import { readScriptDocument, readScriptHostVars } from './script-document.ts';

/** Calls of `--host` at once. */
const callsAtOnce = 8;

/** Asks an executable inventory with `--list`, and with `--host` where that said nothing of hosts' variables. */
export async function readScriptInventory(
  file: string,
  builder: InventoryBuilder,
  limits: ScriptLimits,
): Promise<void> {
  const { runScript } = await import('./run-script.ts');
  const ask = async (...args: string[]): Promise<unknown> =>
    parseAnswer(await runScript(resolve(file), args, limits), `${file} ${args.join(' ')}`);

  const untold = readScriptDocument(await ask('--list'), { file }, builder);
  for (let start = 0; start < untold.length; start += callsAtOnce) {
    const part = untold.slice(start, start + callsAtOnce);
    const variables = await Promise.all(part.map((host) => ask('--host', host)));
    part.forEach((host, index) => readScriptHostVars(host, variables[index] ?? {}, { file }, builder));
  }
}

/** An empty output is an empty mapping. */
function parseAnswer(text: string, call: string): unknown {
  if (text.trim() === '') return {};
  try {
    return parseJsonValue(text);
  } catch (error) {
    throw new InventoryError(
      `what inventory ${call} prints is not JSON: ${(error as Error).message}`,
      undefined,
      {
        cause: error,
      },
    );
  }
}

/**
 * True for a file that is executable and begins as programs do. The executable bit alone proves nothing: many files from other
 * systems have it, and a shell would take their lines for commands.
 */
export async function isProgram(file: string): Promise<boolean> {
  const isExecutable = await access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
  return isExecutable && /^(?:#!|\x7fELF)/.test(await readStart(file));
}

async function readStart(file: string): Promise<string> {
  const handle = await open(file, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(4), 0, 4, 0);
    return buffer.toString('latin1', 0, bytesRead);
  } finally {
    await handle.close();
  }
}
