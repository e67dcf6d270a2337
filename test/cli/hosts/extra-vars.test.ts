import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { VaultKeyring } from '../../../src/inventory/index.ts';
import { readExtraVars } from '../../../src/cli/hosts/extra-vars.ts';

const folder = mkdtempSync(join(tmpdir(), 'kvmplay-vars-'));
writeFileSync(join(folder, 'vars.yml'), 'mtu: 9000\nvlans: [10, 11]\n');
writeFileSync(join(folder, 'list.yml'), '- 1\n');

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('readExtraVars', () => {
  it.each([
    ['text', ['a=1', 'b=x=y'], { a: '1', b: 'x=y' }],
    [
      'several pairs in one word, as Ansible does',
      [`a=1  b="two words" c='it is' d={{ e + 1 }} f=a#b\\c`],
      { a: '1', b: 'two words', c: 'it is', d: '{{ e + 1 }}', f: 'a#b\\c' },
    ],
    ['a mapping in YAML', ['{vlans: [10], on: yes}'], { vlans: [10], on: true }],
    ['an empty text', ['a='], { a: '' }],
    ['JSON', ['{"vlans":[10],"deep":{"x":true}}'], { vlans: [10], deep: { x: true } }],
    ['a YAML file', ['@vars.yml'], { mtu: 9000, vlans: [10, 11] }],
    [
      'several, of which the last wins',
      ['@vars.yml', 'mtu=1500', '{"mtu":1600}'],
      { mtu: 1600, vlans: [10, 11] },
    ],
    ['nothing', [], {}],
  ])('reads %s', async (_, sources, vars) => {
    expect(await readExtraVars(sources, { cwd: folder, vault: new VaultKeyring([]) })).toEqual(vars);
  });

  it.each([
    ['a bare word', 'mtu', '--extra-vars is mtu, and should be name=text, a mapping in JSON, or @FILE'],
    [
      'a name that is none',
      '1x=2',
      '--extra-vars is 1x=2, and should be name=text, a mapping in JSON, or @FILE',
    ],
    [
      'a bare word behind a pair',
      'note=two words',
      '--extra-vars is note=two words, in which words should be name=text; a text with blanks stands in quotes of its own: name="two words"',
    ],
    ['a quote without end', `note="two`, '--extra-vars is note="two, in which a quote is not closed'],
    ['broken JSON', '{"a":', /^--extra-vars \{"a": is not JSON: /],
    ['a missing file', '@nowhere.yml', /^the file nowhere\.yml of --extra-vars does not exist$/],
    [
      'a file that holds a list',
      '@list.yml',
      'the file list.yml of --extra-vars should hold a mapping of variables',
    ],
  ])('refuses %s', async (_, source, message) => {
    await expect(readExtraVars([source], { cwd: folder, vault: new VaultKeyring([]) })).rejects.toThrow(
      message instanceof RegExp ? message : new Error(message),
    );
  });
});
