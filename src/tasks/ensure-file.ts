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

/** Desired state of a text file. */
export interface DesiredFile {
  /** Absolute path. A missing folder is created with mode 0755, and stays when the file is removed. */
  readonly path: string;
  /** The whole content, at most 256 kB of UTF-8 text. Required unless `state` is `absent`. */
  readonly content?: string | undefined;
  /** `absent` removes the file. Default: `present`. */
  readonly state?: 'present' | 'absent' | undefined;
  /** Permission bits in octal, such as `'0640'`. Default: those of the existing file, else `'0644'`. */
  readonly mode?: string | undefined;
  /** Name of the owner. Default: that of the existing file, else `root`. */
  readonly owner?: string | undefined;
  /** Name of the group. Default: that of the existing file, else `root`. */
  readonly group?: string | undefined;
  /** Whether reports and logs omit the content. Default: only for a file that nobody but its owner may read. */
  readonly secret?: boolean | undefined;
}

/** The result of `ensureFile`. */
export interface FileOutput {
  /** Path as given in the input. */
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
 * Ensures the content of a text file, and its owner and mode if given.
 *
 * The new file is staged beside the old one and renamed over it once the whole transaction is confirmed. Nobody ever reads half a file, and a host that
 * loses its connection keeps the old one. The SELinux label comes from the policy. A symbolic link, a folder or anything else that is not a text file is
 * refused: give the path of the file itself.
 *
 * Run commands that need the new file by `host.exec`: it puts earlier files in place first.
 *
 * @example
 * const conf = await ensureFile(host, {
 *   path: '/etc/chrony.conf',
 *   content: `server ${host.vars.ntp} iburst\ndriftfile /var/lib/chrony/drift\n`,
 * });
 * if (conf.changed) await host.exec('systemctl restart chronyd');
 *
 * @throws TaskInputError when a field is wrong, such as a path that is not absolute, or missing content.
 * @throws PlanError when the path holds something other than a text file, or the login user is not root.
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
    return content === undefined ? undefined : 'content is given, it should be left out with state absent';
  if (content === undefined) return 'content is missing, it should be the text of the file';
  const bytes = Buffer.byteLength(content);
  return bytes > LARGEST ? `content has ${bytes} bytes, it should have at most ${LARGEST}` : undefined;
}

const LARGEST = 262_144;
