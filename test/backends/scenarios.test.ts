import { describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import type { WantedLink } from '../../src/backends/backend.ts';
import { ifcfg } from '../../src/backends/ifcfg/ifcfg.ts';
import { backends } from '../../src/backends/index.ts';
import { none } from '../../src/backends/none/none.ts';
import { readScenarios, scenarios, scenariosFolder, usualAnswers, wantedIn } from './scenario.ts';
import { folder, nic, nothing, plainHost, portOf, readTree, textsOf, treeOf } from './trees.ts';

const cases = readScenarios();

describe('every backend in every scenario', () => {
  it.each(cases)('has a tree to write: $title', ({ before, after }) => {
    expect(before.size + after.size).toBeGreaterThan(0);
  });

  it.each(cases)('writes the tree of $title', ({ backend, before, wanted, answers, after }) => {
    const edited = backend.edit(before, wanted, answers);

    expect(textsOf(edited)).toEqual(textsOf(after));
  });

  it.each(cases)('returns the files of $title themselves when nothing differs', ({ backend, ...rest }) => {
    expect(backend.edit(rest.after, rest.wanted, rest.answers)).toBe(rest.after);
  });

  it.each(cases)('leaves the files that it is given as they are: $title', ({ backend, ...rest }) => {
    const { before } = rest;
    const texts = textsOf(before);

    const edited = backend.edit(before, rest.wanted, rest.answers);

    expect(textsOf(before)).toEqual(texts);
    for (const [path, file] of edited) {
      if (file.content === before.get(path)?.content) expect(file).toBe(before.get(path));
    }
  });
});

describe('none', () => {
  it.each(scenarios)('writes nothing in %s', (scenario) => {
    const files = readTree(join(scenariosFolder, scenario, 'ifcfg/before'));

    expect(none.edit(files, wantedIn(scenario), {})).toBe(files);
  });

  it('owns no link that nobody gives it', () => {
    expect([none.owns({ name: 'eno3' }, {}), none.boots({})]).toEqual([0, { boots: true }]);
  });
});

describe('ifcfg', () => {
  it('keeps the mode of a file and gives a new one 0644', () => {
    const path = `${folder}/ifcfg-eno3`;
    const files = new Map([[path, { content: 'DEVICE=eno3\n', mode: 0o600 }]]);

    const edited = ifcfg.edit(
      files,
      [portOf('breno3'), { state: 'present', name: 'breno3', kind: 'bridge' }],
      plainHost,
    );

    expect(edited.get(path)?.mode).toBe(0o600);
    expect(edited.get(`${folder}/ifcfg-breno3`)?.mode).toBe(0o644);
  });

  it('reads no gateway off a file that is not started at boot, nor off a port', () => {
    const files = treeOf({
      'ifcfg-eno4': 'DEVICE=eno4\nONBOOT=no\nGATEWAY=192.0.2.1\n',
      'ifcfg-eno5': 'DEVICE=eno5\nBRIDGE=br0\nGATEWAY=192.0.2.1\n',
      'ifcfg-eno6.rpmsave': 'DEVICE=eno6\nGATEWAY=192.0.2.1\n',
    });
    const wanted = [
      nic('eno3', { addressing: { ...nothing, addresses: ['10.0.0.2/24'], gateway: '10.0.0.1' } }),
    ];

    const edited = ifcfg.edit(files, wanted, plainHost);

    expect(edited.get(`${folder}/ifcfg-eno3`)?.content).toContain('GATEWAY=10.0.0.1\n');
  });

  it('deletes its bonding options with the last bond, but not those of somebody else', () => {
    const path = '/etc/modprobe.d/kvmplay-bonding.conf';
    const bonds = { 'ifcfg-bond0': 'DEVICE=bond0\nTYPE=Bond\n', 'ifcfg-bond1': 'DEVICE=bond1\nTYPE=Bond\n' };
    const forget = (name: string): WantedLink => ({ state: 'absent', name, kind: 'bond' });
    const ours = treeOf({ ...bonds, [path]: 'options bonding max_bonds=0\n' });
    const theirs = treeOf({ ...bonds, [path]: '# since 2017\noptions bonding max_bonds=0\n' });

    const one = ifcfg.edit(ours, [forget('bond0')], plainHost);
    const none = ifcfg.edit(one, [forget('bond1')], plainHost);
    const kept = ifcfg.edit(theirs, [forget('bond0'), forget('bond1')], plainHost);

    expect([one.has(path), none.has(path), kept.has(path)]).toEqual([true, false, true]);
  });
});

describe('every backend', () => {
  it.each([...backends.values()])('$id leaves files alone when nothing is wanted', (backend) => {
    const files = treeOf({ 'ifcfg-eno3': 'DEVICE=eno3\nTYPE=bridge' });

    expect(backend.edit(files, [], usualAnswers[backend.id] ?? {})).toBe(files);
  });

  it.each([...backends])('%s is found by its id', (id, backend) => {
    expect(backend.id).toBe(id);
  });

  it('names its facts as nobody else does', () => {
    const names = [...backends.values()].flatMap(({ facts, files }) => [...Object.values(facts), files]);

    expect(new Set(names.map(({ name }) => name)).size).toBe(names.length);
  });
});
