import { describe, expect, it } from '@jest/globals';
import { askSteps } from '../../../src/cli/playbooks/step-asker.ts';
import type { StepQuestion } from '../../../src/engine/session/step-prompt.ts';
import { fakeIo } from '../fake-io.ts';

const question: StepQuestion = {
  host: 'kvm1',
  task: 'ensureBond',
  subject: 'bond6',
  changes: [{ kind: 'module.load', name: 'bonding', parameters: {} }],
};
const commandQuestion: StepQuestion = { host: 'kvm1', task: 'command', subject: 'reboot', changes: [] };

/** What comes of questions when somebody answers so. */
async function asked(
  answers: readonly (string | undefined)[],
  questions: readonly StepQuestion[],
): Promise<{
  readonly wanted: readonly boolean[];
  readonly left: number;
  readonly ended: boolean;
  readonly said: string;
}> {
  const left = [...answers];
  const io = fakeIo({ isInteractive: true, ask: () => Promise.resolve(left.shift()) });
  const { ask, signal } = askSteps(io);
  const wanted: boolean[] = [];
  for (const item of questions) wanted.push(await ask(item));
  return { wanted, left: left.length, ended: signal.aborted, said: io.written.stderr };
}

describe('askSteps', () => {
  it('takes yes and no, and asks again for anything else', async () => {
    const { wanted, left, ended } = await asked(['maybe', ' Y ', '', 'no'], [question, question]);

    expect({ wanted, left, ended }).toEqual({ wanted: [true, false], left: 0, ended: false });
  });

  it('asks no more after continue', async () => {
    expect(await asked(['c', 'never read'], [question, question])).toMatchObject({
      wanted: [true, true],
      left: 1,
    });
  });

  it.each([
    ['quit', 'q'],
    ['the end of input', undefined],
  ])('ends the run on %s', async (_, answer) => {
    expect(await asked([answer], [question])).toMatchObject({ wanted: [false], ended: true });
  });

  it('ends when the user stops the run', () => {
    const stop = new AbortController();
    const { signal } = askSteps(fakeIo({ isInteractive: true, signal: stop.signal }));

    stop.abort();

    expect(signal.aborted).toBe(true);
  });

  it('shows what would change, or that a command comes', async () => {
    const { said } = await asked(['y', 'y'], [question, commandQuestion]);

    expect(said).toBe(`kvm1  ensureBond bond6
  + module bonding
kvm1  command reboot
  a command: what is agreed to before it is applied first
`);
  });
});
