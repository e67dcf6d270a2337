import { spawnSync } from 'node:child_process';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { isSelected } from '../../src/model/tags.ts';
import { needProgram } from '../support/packages.ts';

beforeAll(() => needProgram('ansible-playbook', 'ansible-core'), 300_000);

const subsets = (words: readonly string[]): readonly (readonly string[])[] =>
  words.reduce<readonly (readonly string[])[]>(
    (all, word) => [...all, ...all.map((set) => [...set, word])],
    [[]],
  );

const ofTasks = subsets(['a', 'b', 'always', 'never']);
const ofRuns = subsets(['a', 'always', 'never', 'tagged', 'untagged', 'all']);

/** Every task against every --tags and --skip-tags, asked in one go: Ansible takes a second to start. */
const script = `
import json, sys
from ansible.parsing.dataloader import DataLoader
from ansible.playbook.task import Task

given = json.load(sys.stdin)
loader = DataLoader()
tasks = [Task.load({'name': 'x', 'command': 'true', 'tags': tags}, loader=loader) for tags in given['ofTasks']]
print(json.dumps([
    [[bool(task.evaluate_tags(wanted or ['all'], unwanted, {})) for unwanted in given['ofRuns']] for wanted in given['ofRuns']]
    for task in tasks
]))
`;

describe('isSelected', () => {
  it('selects what Ansible selects, whatever tags tasks and command line have', () => {
    // Debian's own interpreter: another that stands first in PATH has no Ansible.
    const { stdout, stderr } = spawnSync('/usr/bin/python3', ['-c', script], {
      input: JSON.stringify({ ofTasks, ofRuns }),
      encoding: 'utf8',
      maxBuffer: 1e9,
    });
    expect(stderr).toBe('');
    const expected = JSON.parse(stdout) as boolean[][][];

    const differences = ofTasks.flatMap((task, index) =>
      ofRuns.flatMap((tags, row) =>
        ofRuns.flatMap((skipTags, column) =>
          isSelected(task, { tags, skipTags }) === expected[index]?.[row]?.[column]
            ? []
            : [{ task, tags, skipTags }],
        ),
      ),
    );

    expect(expected.flat(2)).toHaveLength(ofTasks.length * ofRuns.length ** 2);
    expect(differences).toEqual([]);
  }, 120_000);
});
