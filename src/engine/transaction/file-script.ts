import { quote } from '../../model/shell-quote.ts';
import type { FilePermissions, StagedFile } from '../../model/staged-file.ts';

/** What the functions of files are made of. */
export const fileLibrary = `holds() {
  [ "$(cat "$1" && echo .)" = "$2" ]
}
relabel() {
  if command -v restorecon >/dev/null; then restorecon "$1" 2>/dev/null; fi
  return 0
}
restore() {
  cp -p "$1" "$2.kvmplay-$id" && mv -f "$2.kvmplay-$id" "$2" && relabel "$2" && return
  # One that is immutable, say, was not changed either: what is left of the attempt is the copy.
  rm -f "$2.kvmplay-$id"
  return 1
}`;

/**
 * The functions of a transaction's script for the file with number `index`: check that it is what the plan took it for,
 * stage beside it what it shall be, put that in place, and take either back.
 */
export function fileFunctions(work: StagedFile, index: number, id: string): string {
  const { path, content } = work;
  const at = String(index);
  const staged = `${folderOf(path)}/.kvmplay-${id}-${at}`;
  const file: FileScript = { at, path: quote(path), keep: `cp -p ${quote(path)} "$backups/${at}"` };
  if (content === undefined) return updateFunctions(file, work.permissions);
  const { before, after } = content;
  if (after === undefined) return deleteFunctions(file, before ?? '');
  return writeFunctions(file, { ...work, before, after, staged: quote(staged) });
}

/** Removes what transactions staged that a power cut ended. A commit that is to be finished still needs it. */
export function sweepFunction(files: readonly StagedFile[]): string {
  const folders = new Set(
    files.filter(({ content }) => content?.after !== undefined).map(({ path }) => folderOf(path)),
  );
  const lines = [...folders].map((folder) => `rm -f ${quote(folder)}/.kvmplay-* 2>/dev/null`);
  return `sweep() {\n${['[ ! -e /var/lib/kvmplay/unfinished ] || return 0', ...lines, ':'].join('\n')}\n}`;
}

interface FileScript {
  readonly at: string;
  /** Quoted. */
  readonly path: string;
  readonly keep: string;
}

function updateFunctions({ at, path, keep }: FileScript, permissions: FilePermissions): string {
  return `check_${at}() { [ -f ${path} ]; }
stage_${at}() { ${keep}; }
unstage_${at}() { :; }
commit_${at}() { ${[...setPermissions(permissions, path), ':'].join(' && ')}; }
finish_${at}() { commit_${at}; }
restore_${at}() { restore "$backups/${at}" ${path}; }`;
}

function deleteFunctions({ at, path, keep }: FileScript, before: string): string {
  return `check_${at}() { holds ${path} ${quote(`${before}.`)}; }
stage_${at}() { ${keep}; }
unstage_${at}() { :; }
commit_${at}() { rm -f ${path}; }
finish_${at}() { commit_${at}; }
restore_${at}() { restore "$backups/${at}" ${path}; }`;
}

interface Write extends StagedFile {
  readonly before: string | undefined;
  readonly after: string;
  /** Quoted. */
  readonly staged: string;
}

function writeFunctions(
  file: FileScript,
  { path: plainPath, before, after, staged, permissions }: Write,
): string {
  const { at, path, keep } = file;
  const folder = quote(folderOf(plainPath));
  const isNew = before === undefined;
  const unchanged = isNew ? `[ ! -e ${path} ]` : `holds ${path} ${quote(`${before}.`)}`;
  // What a new file is in is for everybody to look into, as in any /etc.
  const create = isNew
    ? [`( umask 022; mkdir -p ${folder} )`, `true > ${staged}`]
    : [keep, `cp -p ${path} ${staged}`];
  // A full disk is named by cat; the printf of dash says "I/O error" only.
  const stage = [
    ...create,
    ...setPermissions(permissions, staged),
    `printf '%s' ${quote(after)} | cat > ${staged}`,
    `holds ${staged} ${quote(`${after}.`)}`,
  ];
  return `check_${at}() { ${unchanged}; }
stage_${at}() {
${stage.join(' &&\n')}
}
unstage_${at}() { rm -f ${staged}; }
commit_${at}() { mv -f ${staged} ${path} && relabel ${path}; }
finish_${at}() { [ ! -e ${staged} ] || commit_${at}; }
restore_${at}() { ${isNew ? `rm -f ${path}` : `restore "$backups/${at}" ${path}`}; }`;
}

/** The owner before the mode: chown takes away the bits of set-user-id. */
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
