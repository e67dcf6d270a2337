import * as z from 'zod';
import { AssertionError } from '../errors.ts';
import { fields, matching, type Shape } from '../tasks/input/input.ts';
import { type ActionFunction, defineAction } from './define-action.ts';

/** Input of `assertThat`. */
export interface AssertThatInput {
  /** The condition, or a function that returns it. The function is called when the assertion's turn comes. */
  readonly that: boolean | (() => boolean | Promise<boolean>);
  /** The sentence of the error when the condition is false. */
  readonly message: string;
}

const schema = fields({
  that: z.custom<AssertThatInput['that']>(
    (value) => typeof value === 'boolean' || typeof value === 'function',
    { error: 'true, false or a function that tells' },
  ),
  message: matching('a sentence', (value) => value.trim() !== ''),
} satisfies Shape<AssertThatInput>);

type AssertThatSpec = z.output<typeof schema>;

/**
 * Ends the play on a host where a condition is false, also in check mode. Changes that are only planned are then not applied.
 *
 * @example
 * const links = await host.fact(facts.links);
 * await assertThat(host, { that: links.get('eno4')?.mtu === 9000, message: 'the MTU of eno4 is not 9000' });
 *
 * @throws TaskInputError when a field is wrong.
 * @throws AssertionError when it is not true.
 */
export const assertThat: ActionFunction<AssertThatInput, AssertThatSpec, undefined> = defineAction({
  name: 'assertThat',
  schema,
  subject: () => '',
  effect: 'reads',
  run: async ({ that, message }) => {
    const holds = typeof that === 'function' ? await that() : that;
    if (!holds) throw new AssertionError(message);
    return { changed: false, output: undefined };
  },
});
