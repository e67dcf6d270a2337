import { describe, expect, it } from '@jest/globals';
import { isSelected, problemOfTag, type TagSelection } from '../../src/model/tags.ts';

/** What runs of these, by name. */
const tasks = {
  bond: ['bond'],
  both: ['bond', 'vlan'],
  bare: [],
  always: ['always'],
  never: ['never', 'drop'],
} satisfies Record<string, readonly string[]>;

function selected(selection: TagSelection): string {
  return Object.entries(tasks)
    .filter(([, tags]) => isSelected(tags, selection))
    .map(([name]) => name)
    .join(' ');
}

describe('isSelected', () => {
  it.each([
    ['all but never', {}, 'bond both bare always'],
    ['no more with --tags all', { tags: ['all'] }, 'bond both bare always'],
    ['those with a tag, and always', { tags: ['vlan'] }, 'both always'],
    ['those with one of several', { tags: ['vlan', 'bond'] }, 'bond both always'],
    ['never when one of its tags is asked for', { tags: ['drop'] }, 'always never'],
    ['what has tags', { tags: ['tagged'] }, 'bond both always'],
    ['what has none', { tags: ['untagged'] }, 'bare always'],
    ['all but those with a tag', { skipTags: ['vlan'] }, 'bond bare always'],
    ['not always, when that is skipped by name', { skipTags: ['always'] }, 'bond both bare'],
    ['always alone, when all is skipped', { skipTags: ['all'] }, 'always'],
    ['nothing, when always is skipped too', { skipTags: ['all', 'always'] }, ''],
    ['only what has no tags', { skipTags: ['tagged'] }, 'bare'],
    ['what is wanted without what is not', { tags: ['bond'], skipTags: ['vlan'] }, 'bond always'],
  ])('selects %s', (_, selection, names) => {
    expect(selected(selection)).toBe(names);
  });
});

describe('problemOfTag', () => {
  it.each(['', 'a b', 'a,b'])('names %j, which --tags could not say', (tag) => {
    expect(problemOfTag(tag)).toBe(`tag ${JSON.stringify(tag)} should be one word without commas`);
  });

  it('takes words', () => {
    expect(problemOfTag('vlan-10')).toBeUndefined();
  });
});
