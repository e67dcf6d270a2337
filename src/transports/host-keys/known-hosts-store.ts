import { appendFile, mkdir, open, readFile, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { HostKeyError } from '../../errors.ts';
import type { RecordName } from './host-key.ts';
import { keyTypeOf, knownHostsName, parseKnownHosts, type KnownHosts } from './known-hosts.ts';

/** The known_hosts files of a run: read once, when the first host asks. */
export interface KnownHostsStore {
  /** The first one is where new keys go. */
  readonly files: readonly string[];
  load(): Promise<KnownHosts>;
  /** Records a key that is not on record yet. */
  add(record: RecordName, blob: Buffer): Promise<void>;
}

const lockPatience = 5000;
const staleLock = 30_000;

export function openKnownHosts(files: readonly string[]): KnownHostsStore {
  let loaded: Promise<KnownHosts> | undefined;
  // Keys are added one after the other: the lock below is for other programs.
  let adding = Promise.resolve();

  const load = (): Promise<KnownHosts> => (loaded ??= readAll(files).then(parseKnownHosts));
  const add = async ({ name, port }: RecordName, blob: Buffer): Promise<void> => {
    const [file] = files;
    if (file === undefined) return;
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await underLock(file, async () => {
      loaded = undefined;
      if ((await load()).verify(name, port, blob).verdict === 'known') return;
      const text = await readOrEmpty(file);
      const start = text === '' || text.endsWith('\n') ? '' : '\n';
      const line = `${knownHostsName(name, port)} ${keyTypeOf(blob)} ${blob.toString('base64')}\n`;
      await appendFile(file, start + line, { mode: 0o600 });
      loaded = undefined;
    });
  };

  return {
    files,
    load,
    add(record, blob) {
      const added = adding.then(() => add(record, blob));
      adding = added.catch(() => undefined);
      return added;
    },
  };
}

function readAll(files: readonly string[]): Promise<{ path: string; text: string }[]> {
  return Promise.all(files.map(async (path) => ({ path, text: await readOrEmpty(path) })));
}

async function readOrEmpty(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return '';
    throw new HostKeyError(`${path}, which holds the keys of hosts, cannot be read`, { cause: error });
  }
}

async function underLock(file: string, work: () => Promise<void>): Promise<void> {
  const lock = `${file}.lock`;
  const deadline = Date.now() + lockPatience;
  while (!(await takeLock(lock))) {
    if (Date.now() > deadline) throw new HostKeyError(`${lock} is held by another program`);
    await delay(20);
  }
  try {
    await work();
  } finally {
    await rm(lock, { force: true });
  }
}

async function takeLock(lock: string): Promise<boolean> {
  try {
    await (await open(lock, 'wx', 0o600)).close();
    return true;
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw new HostKeyError(`${lock} cannot be made`, { cause: error });
    const age = await stat(lock).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    );
    if (age > staleLock) await rm(lock, { force: true });
    return false;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === code;
}
