#!/usr/bin/env node
// A host that answers every script with what would act on a terminal or a CI system; HOSTILE says how.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { release } from 'node:os';

const { HOSTILE: way, HOSTILE_TEXT: text = '', HOSTILE_WORD: word = '' } = process.env;
const marker = /kvmplay-script-[0-9a-f]+/.exec(process.argv.at(-1) ?? '')?.[0];

if (way === 'login') {
  process.stderr.write(text);
  process.exit(1);
}
const script = readFileSync(0, 'utf8');
process.stdout.write(`${marker}\n`);
process.stderr.write(`${marker}\n`);
if (way === 'fails') {
  process.stderr.write(text);
  process.exit(9);
}
if (script.includes('/run/kvmplay/active')) {
  process.stdout.write(`id 1\nowner ${word}\nstate armed\n`);
  process.exit(0);
}
const { stdout, stderr, status } = spawnSync('/bin/sh', [], {
  input: script,
  encoding: 'utf8',
  env: { ...process.env, HOSTILE: '' },
});
const names = new RegExp(`\\b(?:root|lo|eth0|${release().replaceAll('.', '\\.')})\\b`, 'g');
process.stdout.write(stdout.replaceAll(names, word).replaceAll('TEXT', text));
process.stderr.write(stderr.replaceAll('TEXT', text));
process.exit(status ?? 1);
