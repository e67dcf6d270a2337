import { fileURLToPath } from 'node:url';

// The bundled code of every module lies one folder below dist/, and this file one folder below src/: so one step up leads
// to the same place from both. Modules in deeper folders ask here.
const codeUrl = new URL('../', import.meta.url);

/** The folder of the code that runs, with a slash at its end: `src/` or `dist/`. */
export const codeFolder = fileURLToPath(codeUrl);

/** The URL of a file below the folder of the code that runs: `codeFile('cli/playbook-hooks.js')`. */
export function codeFile(path: string): URL {
  return new URL(path, codeUrl);
}

/** The path of a file of the package: `packageFile('package.json')`. */
export function packageFile(path: string): string {
  return fileURLToPath(new URL(`../${path}`, codeUrl));
}
