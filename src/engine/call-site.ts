import { dirname } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const packageFolder = pathToFileURL(dirname(dirname(dirname(fileURLToPath(import.meta.url))))).href;
const ownFolders = [`${packageFolder}/src/`, `${packageFolder}/dist/`].flatMap((url) => [
  url,
  fileURLToPath(url),
]);

/** Where outside kvmplay a call came from, `playbooks/bond6.ts:12:11`; found only when asked, since it costs. */
export function captureCallSite(): () => string | undefined {
  const trace = new Error();
  return () => firstForeignFrame(trace.stack ?? '');
}

function firstForeignFrame(stack: string): string | undefined {
  for (const line of stack.split('\n').slice(1)) {
    const place = /\(?((?:file:\/\/|\/)[^()]+:\d+:\d+)\)?$/.exec(line.trim())?.[1];
    if (place === undefined || ownFolders.some((folder) => place.startsWith(folder))) continue;
    return place.startsWith('file://') ? toPath(place) : place;
  }
  return undefined;
}

function toPath(place: string): string {
  const [, url = place, position = ''] = /^(.*?)((?::\d+)+)$/.exec(place) ?? [];
  return fileURLToPath(url.replace(/\?.*$/, '')) + position;
}
