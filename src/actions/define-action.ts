import type * as z from 'zod';
import type { Action, ActionEffect, ActionEnd, ActionHost, ActionResult } from '../model/action.ts';
import type { Host } from '../model/host.ts';
import { validateInput } from '../tasks/input/validate-input.ts';

/** An action as playbooks call it. `I` is the input as users write it, `D` the same after validation. */
export interface ActionFunction<I, D, O> {
  (host: Pick<Host, 'act'>, input: I): Promise<ActionResult<O>>;
  /** The action as data, for whoever runs or tests it. */
  readonly action: Action<D, O>;
}

/** The definition of an action for `defineAction`. */
export interface ActionDefinition<I, D, O> {
  readonly name: string;
  /** A schema of zod. The message of each field says what the value should be, such as `a whole number from 1 to 4094`. */
  readonly schema: z.ZodType<D, I>;
  /** Finds an error across fields and returns the end of a sentence that begins with action and subject. */
  readonly check?: (input: D) => string | undefined;
  /** Names the object of the action in reports. It must hold no secret. */
  readonly subject: (input: D) => string;
  /** Fields whose values no message may hold. Default: none. */
  readonly secrets?: readonly string[];
  /** Its effect on a host, or a function of the input that returns it. */
  readonly effect: ActionEffect | ((input: D) => ActionEffect);
  /** Returns true when nothing is left to do. Called in check mode too. Default: the action always runs. */
  readonly isDone?: (input: D, host: ActionHost) => Promise<boolean>;
  readonly run: (input: D, host: ActionHost) => Promise<ActionEnd<O>>;
}

/**
 * Makes an action of your own: a command that runs on a host when its turn comes. Reports list it beside the tasks.
 *
 * @example
 * const restartLibvirt = defineAction({
 *   name: 'restartLibvirt',
 *   schema: z.object({}),
 *   subject: () => 'libvirtd',
 *   effect: 'changes',
 *   async run(_, host) {
 *     const { code } = await host.run({ argv: ['systemctl', 'restart', 'libvirtd'] });
 *     if (code !== 0) throw new Error(`libvirtd does not restart on ${host.name}`);
 *     return { changed: true, output: code };
 *   },
 * });
 */
export function defineAction<I, D, O>(definition: ActionDefinition<I, D, O>): ActionFunction<I, D, O> {
  const { name, subject, effect, isDone, run } = definition;
  const action: Action<D, O> = {
    name,
    subject,
    isDone,
    run,
    effect: typeof effect === 'function' ? effect : () => effect,
    validate: (input) => validateInput(definition, input),
  };
  return Object.assign((host: Pick<Host, 'act'>, input: I) => host.act(action, input), { action });
}
