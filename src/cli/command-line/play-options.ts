import type { Play } from '../../engine/fleet/play.ts';
import { UsageError } from '../../errors.ts';
import { starPattern } from '../../model/escape-pattern.ts';
import { nearestName } from '../../model/nearest-name.ts';
import { problemOfTag } from '../../model/tags.ts';
import type { OptionTable, OptionValues } from './command-line.ts';

const group = 'Plays and tasks:';

/** Options of commands that run plays or parts of them. */
export const playOptions = {
  play: {
    type: 'list',
    value: 'NAME',
    settable: false,
    describe: 'only this play of the playbooks; a * stands for any text',
    group,
  },
  tags: {
    type: 'list',
    alias: 't',
    value: 'TAGS',
    describe:
      'only tasks with one of these tags, separated by commas; always, never, tagged, untagged, all are special',
    group,
  },
  'skip-tags': {
    type: 'list',
    value: 'TAGS',
    describe: 'skip tasks with one of these tags',
    group,
  },
} as const satisfies OptionTable;

/** Options of commands that show plays before they run them. */
export const listOptions = {
  'list-hosts': {
    type: 'flag',
    settable: false,
    describe: 'print the hosts of each play without connecting to them',
    group,
  },
  'list-tasks': {
    type: 'flag',
    settable: false,
    describe: 'print the tasks of each host as check mode finds them, and change nothing',
    group,
  },
  'list-tags': {
    type: 'flag',
    settable: false,
    describe: 'print the tags of each play as check mode finds them, and change nothing',
    group,
  },
  step: {
    type: 'flag',
    settable: false,
    describe: 'ask before each task that changes something; runs one host at a time',
    group,
  },
} as const satisfies OptionTable;

type PlayValues = OptionValues<typeof playOptions>;

interface TagSelection {
  readonly tags: readonly string[];
  readonly skipTags: readonly string[];
}

/** @throws UsageError for a word that cannot be a tag. */
export function toTagSelection(values: PlayValues): TagSelection {
  return { tags: tagsOf(values, 'tags'), skipTags: tagsOf(values, 'skip-tags') };
}

function tagsOf(values: PlayValues, option: 'tags' | 'skip-tags'): readonly string[] {
  const tags = values[option].flatMap((text) => text.split(',').map((tag) => tag.trim()));
  const problem = tags.map(problemOfTag).find((found) => found !== undefined);
  if (problem !== undefined) throw new UsageError(`--${option}: ${problem}`);
  return tags;
}

/**
 * Returns the plays that --play names, in the order of the playbooks; all plays without --play. Throws UsageError for a name
 * that no play has.
 */
export function selectPlays(plays: readonly Play[], { play: wanted }: PlayValues): readonly Play[] {
  const isNamed = wanted.map((name) => {
    const fits = (play: Play): boolean => play.name === name || toExpression(name).test(play.name);
    if (!plays.some(fits)) throw unknownPlay(name, plays);
    return fits;
  });
  return isNamed.length === 0 ? plays : plays.filter((play) => isNamed.some((fits) => fits(play)));
}

function toExpression(glob: string): RegExp {
  return new RegExp(starPattern(glob), 's');
}

function unknownPlay(name: string, plays: readonly Play[]): UsageError {
  const names = [...new Set(plays.map((play) => play.name))];
  const nearest = nearestName(name, names);
  const hint =
    nearest === undefined ? `the plays are ${names.map(quoted).join(', ')}` : `is it ${quoted(nearest)}?`;
  return new UsageError(`no play is named ${quoted(name)}; ${hint}`);
}

function quoted(name: string): string {
  return JSON.stringify(name);
}
