import type * as z from 'zod';
import { filesFact, platform } from '../facts/index.ts';
import { defineTask, type TaskFunction } from './define-task.ts';
import {
  deleteFile,
  fileMode,
  filePath,
  findFile,
  groupName,
  text,
  userName,
  writeFile,
} from './files/file-changes.ts';
import { fields, flag, type Shape, state } from './input/input.ts';
import { requireRoot } from './input/require-root.ts';

/** A file as `ensureFile` shall make it. */
export interface DesiredFile {
  /** Absolute. A folder of it that is missing is made, mode 0755, and stays when the file goes. */
  readonly path: string;
  /** All of the file, at most 256 kB of UTF-8 text. Needed unless the file shall be absent. */
  readonly content?: string | undefined;
  /** `absent` removes the file. Default: `present`. */
  readonly state?: 'present' | 'absent' | undefined;
  /** Permission bits in octal, such as `'0640'`. Default: those of the file that is there, else `'0644'`. */
  readonly mode?: string | undefined;
  /** Name of the user who owns it. Default: that of the file that is there, else `root`. */
  readonly owner?: string | undefined;
  /** Name of its group. Default: that of the file that is there, else `root`. */
  readonly group?: string | undefined;
  /** Whether reports and logs leave the content out. Default: they do for a file that only its owner may read. */
  readonly secret?: boolean | undefined;
}

/** What `ensureFile` returns. */
export interface FileOutput {
  /** As it was asked for. */
  readonly path: string;
}

const schema = fields({
  path: filePath,
  content: text.optional(),
  state,
  mode: fileMode.optional(),
  owner: userName.optional(),
  group: groupName.optional(),
  secret: flag.optional(),
} satisfies Shape<DesiredFile>);

type FileSpec = z.output<typeof schema>;

type FileFacts = ReturnType<typeof factsFor>;

/**
 * Ensures that a text file has this content, and this owner and mode where they are given.
 *
 * It is staged beside the old file and renamed over it when the whole transaction is confirmed, so that nobody reads half
 * of it, and a host that loses its connection keeps the old one. The label of SELinux is that of the policy. What stands
 * at the path and is no text file, such as a symbolic link or a folder, is refused: name the file that is meant.
 *
 * A command that shall see the new file runs by `host.exec`, which puts the files before it in place first.
 *
 * @example
 * const conf = await ensureFile(host, {
 *   path: '/etc/chrony.conf',
 *   content: `server ${host.vars.ntp} iburst\ndriftfile /var/lib/chrony/drift\n`,
 * });
 * if (conf.changed) await host.exec('systemctl restart chronyd');
 *
 * @throws TaskInputError when a field is wrong, such as a path that is not absolute, or content that is missing.
 * @throws PlanError when something else than a text file is at the path, or the login user is not root.
 */
export const ensureFile: TaskFunction<DesiredFile, FileSpec, FileFacts, FileOutput> = defineTask({
  name: 'ensureFile',
  schema,
  check,
  facts: factsFor,
  subject: ({ path }) => path,
  plan: (desired, { platform: host, files }) => {
    const { path, content } = desired;
    const current = findFile(files, path);
    const changes =
      content === undefined
        ? deleteFile(path, current, desired)
        : writeFile(path, current, { ...desired, content });
    return requireRoot(changes, { platform: host });
  },
  output: ({ path }) => ({ path }),
});

function factsFor({ path }: FileSpec) {
  return { platform, files: filesFact([path]) };
}

function check({ state: wanted, content }: FileSpec): string | undefined {
  if (wanted === 'absent')
    return content === undefined ? undefined : 'content is given, and the file shall be absent';
  if (content === undefined) return 'content is missing, it should be the text of the file';
  const bytes = Buffer.byteLength(content);
  return bytes > LARGEST ? `content has ${bytes} bytes, it should have at most ${LARGEST}` : undefined;
}

const LARGEST = 262_144;
