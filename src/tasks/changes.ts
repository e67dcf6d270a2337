/** Helpers for the plans of your own tasks. */
export { deleteFile, findFile, type WantedFile, writeFile } from './files/file-changes.ts';
export { editLines, type LineEdit } from './files/edit-lines.ts';
export { requireRoot } from './input/require-root.ts';
