import type { Fact } from '../../model/fact.ts';

/** Whether a power cut stopped a commit between two files. Asked with the first survey of a host; costs it nothing. */
export const unfinishedCommit: Fact<boolean> = {
  name: 'unfinishedCommit',
  script: '[ ! -e /var/lib/kvmplay/unfinished/transaction ] || echo unfinished',
  parse: (output) => output.trim() === 'unfinished',
  after: (value) => value,
};

/** Puts the files in place that the interrupted commit had not reached: they were verified before it began. */
export const finishCommitScript = `sh /var/lib/kvmplay/unfinished/transaction finish </dev/null`;
