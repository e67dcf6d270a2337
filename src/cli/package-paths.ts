import { fileURLToPath } from 'node:url';

// Bundled modules are one folder below dist/, and this file is one folder below src/, so `../` leads to the root of the code
// in both. Deeper modules use this file.
const codeUrl = new URL('../', import.meta.url);

/** The folder of the running code, with a slash at its end: `src/` or `dist/`. */
export const codeFolder = fileURLToPath(codeUrl);

/** Returns the URL of a file below the folder of the running code: `codeFile('cli/playbook-hooks.js')`. */
export function codeFile(path: string): URL {
  return new URL(path, codeUrl);
}

/** The path of a file of the package: `packageFile('package.json')`. */
export function packageFile(path: string): string {
  return fileURLToPath(new URL(`../${path}`, codeUrl));
}
