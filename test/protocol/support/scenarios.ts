export interface Scenario {
  readonly name: string;
  readonly flags: string;
  /** Fits into continuous integration; the others run with `npm run test:model -- --all`. */
  readonly isQuick: boolean;
}

/** Which actors meet. Apply, the guard and whoever looks are in each. */
export const scenarios: readonly Scenario[] = [
  quick('nobody confirms', ''),
  quick('a commit', '-DCOMMIT -DSTEPS=3'),
  quick('a rollback', '-DROLLBACK -DSTEPS=3'),
  quick('a commit and a rollback', '-DCOMMIT -DROLLBACK'),
  quick('two commits', '-DCOMMIT -DCOMMIT_AGAIN'),
  quick('a kill', '-DKILLS=1'),
  quick('two kills', '-DKILLS=2'),
  quick('a commit and a kill', '-DCOMMIT -DKILLS=1'),
  quick('a rollback and a kill', '-DROLLBACK -DKILLS=1'),
  quick('an apply that is begun twice, and a rollback', '-DROLLBACK -DBEGUN_TWICE'),
  quick('a commit and a second run', '-DCOMMIT -DSECOND_RUN'),
  quick('a commit and an edit', '-DCOMMIT -DEDIT'),
  quick('a commit and `guard clear`', '-DCOMMIT -DCLEAR'),
  quick('a rollback whose undo fails', '-DROLLBACK -DUNDO_FAILS'),
  quick('a commit, a power cut and an edit', '-DCOMMIT -DCUTS=1 -DEDIT'),
  quick('a rollback and a power cut', '-DROLLBACK -DCUTS=1'),
  quick('a commit and two power cuts', '-DCOMMIT -DCUTS=2'),
  long('a commit, a rollback and a kill', '-DCOMMIT -DROLLBACK -DKILLS=1'),
  long('two commits and a kill', '-DCOMMIT -DCOMMIT_AGAIN -DKILLS=1'),
  long('two commits and a rollback', '-DCOMMIT -DCOMMIT_AGAIN -DROLLBACK'),
  long('a commit and two kills', '-DCOMMIT -DKILLS=2'),
  long('a rollback and two kills', '-DROLLBACK -DKILLS=2'),
  long('three kills', '-DKILLS=3'),
  long('an undo that fails, a rollback and a kill', '-DROLLBACK -DUNDO_FAILS -DKILLS=1'),
  long('a power cut, a commit, an edit and two runs after it', '-DCOMMIT -DCUTS=1 -DEDIT -DNEXT_TWICE'),
  long('two power cuts, a commit, an edit and `guard clear`', '-DCOMMIT -DCUTS=2 -DEDIT -DCLEAR'),
  long('a power cut, a commit, a kill and two runs after it', '-DCOMMIT -DCUTS=1 -DKILLS=1 -DNEXT_TWICE'),
  long('a rollback and a second run', '-DROLLBACK -DSECOND_RUN'),
  long('a rollback and two power cuts', '-DROLLBACK -DCUTS=2'),
];

function quick(name: string, flags: string): Scenario {
  return { name, flags, isQuick: true };
}

function long(name: string, flags: string): Scenario {
  return { name, flags, isQuick: false };
}
