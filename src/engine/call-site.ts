import { dirname } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const packageFolder = pathToFileURL(dirname(dirname(dirname(fileURLToPath(import.meta.url))))).href;
const ownFolders = [`${packageFolder}/src/`, `${packageFolder}/dist/`].flatMap((url) => [
  url,
  fileURLToPath(url),
]);

/** Finds the calling place outside kvmplay, `playbooks/bond6.ts:12:11`. It is computed only on request, since that is slow. */
export function captureCallSite(): () => string | undefined {
  const trace = new Error();
  return () => foreignPlaces(trace.stack ?? '')[0];
}

/** Returns the places of a stack outside kvmplay and Node, innermost first. */
export function foreignPlaces(stack: string): readonly string[] {
  return stack
    .split('\n')
    .slice(1)
    .map((line) => /(?:^at (?:async )?|\()((?:file:\/\/|\/)[^()]+:\d+:\d+)\)?$/.exec(line.trim())?.[1])
    .filter((place) => place !== undefined)
    .filter((place) => !ownFolders.some((folder) => place.startsWith(folder)))
    .map((place) => (place.startsWith('file://') ? toPath(place) : place));
}

function toPath(place: string): string {
  const [, url = place, position = ''] = /^(.*?)((?::\d+)+)$/.exec(place) ?? [];
  return fileURLToPath(url.split('?', 1)[0] ?? '') + position;
}
