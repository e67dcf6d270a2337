export { assertThat, type AssertThatInput } from './assert-that.ts';
export { command, type CommandInput } from './command.ts';
export type { CommandOptions } from './command-fields.ts';
export { type ActionDefinition, type ActionFunction, defineAction } from './define-action.ts';
export { shell, type ShellInput } from './shell.ts';
export { waitFor, type WaitForInput, type WaitForOutput } from './wait-for.ts';
