/** What plans of your own tasks are made of. */
export { deleteFile, findFile, type WantedFile, writeFile } from './file-steps.ts';
export { editLines, type LineEdit } from './edit-lines.ts';
export { toPlan } from './to-plan.ts';
