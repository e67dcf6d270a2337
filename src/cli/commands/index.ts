import type { CommandArguments, CommandSpec, OptionTable } from '../command-line/command-line.ts';
import type { CliIo } from '../io.ts';
import * as adHocSpecs from './ad-hoc-specs.ts';
import * as journalSpecs from './journal-specs.ts';
import { checkSpec, initSpec } from './project-specs.ts';
import * as specs from './specs.ts';

export interface Command {
  readonly spec: CommandSpec;
  /** Returns the exit code. */
  readonly run: (args: CommandArguments, io: CliIo) => Promise<number>;
}

type CommandCode<O extends OptionTable> = (args: CommandArguments<O>, io: CliIo) => Promise<number>;

/** Commands in the order of the help. The code of a command is loaded only when it is called. */
export const commands: readonly Command[] = [
  bind(specs.runSpec, async () => (await import('./run.ts')).runPlaybooks),
  bind(journalSpecs.runsSpec, async () => (await import('./runs.ts')).printRuns),
  bind(journalSpecs.undoSpec, async () => (await import('./undo.ts')).undoRun),
  bind(journalSpecs.planSpec, async () => (await import('./plan.ts')).writePlan),
  bind(journalSpecs.applySpec, async () => (await import('./apply.ts')).applyPlan),
  bind(initSpec, async () => (await import('./init.ts')).initProject),
  bind(checkSpec, async () => (await import('./check.ts')).checkProject),
  bind(specs.factsSpec, async () => (await import('./facts.ts')).printFacts),
  bind(specs.showSpec, async () => (await import('./show.ts')).showHosts),
  bind(adHocSpecs.pingSpec, async () => (await import('./ping.ts')).pingHosts),
  bind(adHocSpecs.execSpec, async () => (await import('./exec.ts')).execCommand),
  bind(specs.inventorySpec, async () => (await import('./inventory.ts')).showInventory),
  bind(specs.guardListSpec, async () => (await import('./guard.ts')).listGuards),
  bind(specs.guardConfirmSpec, async () => (await import('./guard.ts')).confirmGuards),
  bind(specs.guardRollbackSpec, async () => (await import('./guard.ts')).rollBackGuards),
  bind(specs.guardClearSpec, async () => (await import('./guard.ts')).clearGuards),
  bind(specs.configSpec, async () => (await import('./config.ts')).printConfig),
  bind(specs.completionSpec, async () => (await import('./completion.ts')).printCompletion),
  bind(specs.docSpec, async () => (await import('./doc.ts')).printTaskPage),
  bind(specs.labUpSpec, async () => (await import('./lab.ts')).startLab),
  bind(specs.labStatusSpec, async () => (await import('./lab.ts')).printLabStatus),
  bind(specs.labSshSpec, async () => (await import('./lab.ts')).logInToLabHost),
  bind(specs.labRebootSpec, async () => (await import('./lab.ts')).rebootLabHost),
  bind(specs.labDownSpec, async () => (await import('./lab.ts')).stopLab),
];

function bind<O extends OptionTable>(spec: CommandSpec<O>, load: () => Promise<CommandCode<O>>): Command {
  return {
    spec,
    // The parser used this very specification to make the arguments.
    run: async (args, io) => (await load())(args as CommandArguments<O>, io),
  };
}
