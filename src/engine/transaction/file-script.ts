import { quote } from '../../model/shell-quote.ts';
import type { FilePermissions, StagedFile } from '../../model/staged-file.ts';

/** Shell functions shared by all files. */
export const fileLibrary = `holds() { # PATH CONTENT
  [ -f "$1" ] && [ "$(cat "$1" && echo .)" = "$2" ]
}
relabel() {
  if command -v restorecon >/dev/null; then restorecon "$1" 2>/dev/null; fi
  return 0
}
restore() { # BACKUP STAGED PATH
  cp -p "$1" "$2" && mv -f "$2" "$3" && relabel "$3" && return
  # One that is immutable, say, was not changed either: what is left of the attempt is the copy.
  rm -f "$2"
  return 1
}`;

/**
 * The functions of a transaction's script for the file with number `index`. `check`: it is what the plan took it for.
 * `stage`: what it shall be stands beside it, and what it is in the backups. `known`: it still is what it was, or already
 * what it shall be. `commit` puts it in place, `restore` takes that back, `unstage` removes what stands beside it; each of
 * these may be done again. `name` prints its path.
 */
export function fileFunctions(work: StagedFile, index: number, id: string): string {
  const { path, content } = work;
  const at = String(index);
  const staged = quote(`${folderOf(path)}/.kvmplay-${id}-${at}`);
  const file: FileScript = { at, path: quote(path), staged, keep: `cp -p ${quote(path)} "$backups/${at}"` };
  return `name_${at}() { printf 'file %s\\n' ${file.path}; }\n${functionsOf(file, work, content)}`;
}

function functionsOf(file: FileScript, work: StagedFile, content: StagedFile['content']): string {
  if (content === undefined) return updateFunctions(file, work.permissions);
  const { before, after } = content;
  if (after === undefined) return deleteFunctions(file, before ?? '');
  return writeFunctions(file, { ...work, before, after });
}

/** Removes files staged by transactions that a power cut ended, except those of a commit that is still to be finished. */
export function sweepFunction(files: readonly StagedFile[]): string {
  const folders = new Set(files.map(({ path }) => folderOf(path)));
  const lines = [...folders].map((folder) => `rm -f ${quote(folder)}/.kvmplay-* 2>/dev/null`);
  const marks =
    'for name in "$store"/2*/unfinished "$store"/2*/restoring; do [ ! -e "$name" ] || return 0; done';
  return `sweep() {\n${[marks, ...lines, ':'].join('\n')}\n}`;
}

interface FileScript {
  readonly at: string;
  /** Quoted, as is `staged`. */
  readonly path: string;
  readonly staged: string;
  readonly keep: string;
}

function updateFunctions({ at, path, staged, keep }: FileScript, permissions: FilePermissions): string {
  return `check_${at}() { [ -f ${path} ]; }
stage_${at}() { ${keep}; }
known_${at}() { [ -f ${path} ]; }
unstage_${at}() { rm -f ${staged}; }
commit_${at}() { ${[...setPermissions(permissions, path), ':'].join(' && ')}; }
restore_${at}() { ! cmp -s "$backups/${at}" ${path} || restore "$backups/${at}" ${staged} ${path}; }`;
}

function deleteFunctions({ at, path, staged, keep }: FileScript, before: string): string {
  return `before_${at}=${quote(`${before}.`)}
check_${at}() { holds ${path} "$before_${at}"; }
stage_${at}() { ${keep}; }
known_${at}() { [ ! -e ${path} ] || holds ${path} "$before_${at}"; }
unstage_${at}() { rm -f ${staged}; }
commit_${at}() { known_${at} || { edited=.edited; return 1; }; rm -f ${path}; }
restore_${at}() { [ -e ${path} ] || restore "$backups/${at}" ${staged} ${path}; }`;
}

interface Write extends StagedFile {
  readonly before: string | undefined;
  readonly after: string;
}

function writeFunctions(file: FileScript, { path: plainPath, before, after, permissions }: Write): string {
  const { at, path, staged, keep } = file;
  const folder = quote(folderOf(plainPath));
  const isNew = before === undefined;
  const unchanged = isNew ? `[ ! -e ${path} ] && [ ! -L ${path} ]` : `holds ${path} "$before_${at}"`;
  // Parent folders of a new file are readable for everybody, as usual in /etc.
  const create = isNew
    ? [`( umask 022; mkdir -p ${folder} )`, `true > ${staged}`]
    : [keep, `cp -p ${path} ${staged}`];
  // cat names a full disk; the printf of dash reports only "I/O error".
  const stage = [
    ...create,
    ...setPermissions(permissions, staged),
    `printf '%s' "\${after_${at}%.}" | cat > ${staged}`,
    `holds ${staged} "$after_${at}"`,
  ];
  const undone = isNew ? `rm -f ${path}` : `restore "$backups/${at}" ${staged} ${path}`;
  return `${isNew ? '' : `before_${at}=${quote(`${before}.`)}\n`}after_${at}=${quote(`${after}.`)}
check_${at}() { ${unchanged}; }
stage_${at}() {
${stage.join(' &&\n')}
}
known_${at}() { holds ${path} "$after_${at}" || { ${unchanged} && holds ${staged} "$after_${at}"; }; }
unstage_${at}() { rm -f ${staged}; }
commit_${at}() {
known_${at} || { edited=.edited; return 1; }
[ ! -e ${staged} ] || { mv -f ${staged} ${path} && relabel ${path}; }
}
restore_${at}() { ! holds ${path} "$after_${at}" || ${undone}; }`;
}

/** The owner is set before the mode: chown clears the set-user-id bits. */
function setPermissions({ mode, owner, group }: FilePermissions, target: string): readonly string[] {
  return [
    ...(owner === undefined ? [] : [`chown ${quote(owner)} ${target}`]),
    ...(group === undefined ? [] : [`chgrp ${quote(group)} ${target}`]),
    ...(mode === undefined ? [] : [`chmod ${mode.toString(8)} ${target}`]),
  ];
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}
