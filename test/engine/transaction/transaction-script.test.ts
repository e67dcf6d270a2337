import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { kindOf } from '../../../src/changes/index.ts';
import { ping, tcp } from '../../../src/engine/transaction/probes.ts';
import { launchScript } from '../../../src/engine/transaction/transaction-script.ts';
import { toWork } from '../../../src/engine/transaction/transaction-work.ts';
import type { Change } from '../../../src/model/change.ts';
import type { FileChange } from '../../../src/changes/file.ts';
import { runScript, shellRows } from '../../facts/shells.ts';

const path = '/etc/sysconfig/network-scripts/ifcfg-br6';
const created: FileChange = { kind: 'file.write', path, mode: 0o644, after: 'A=1\n' };
const extended: Change = { kind: 'file.write', path, mode: 0o644, before: 'A=1\n', after: 'A=1\nB=2\n' };
const deleted: Change = { kind: 'file.delete', path, mode: 0o644, before: 'A=1\nB=2\n' };
const linkUp: Change = {
  kind: 'link.update',
  name: 'br6',
  linkKind: 'bridge',
  before: { up: false },
  after: { up: true },
};

describe('toWork', () => {
  it('keeps kernel changes in their order', () => {
    const add: Change = { kind: 'address.add', address: { link: 'br6', address: '10.0.0.1/24' } };

    expect(toWork([linkUp, created, add], kindOf).changes).toEqual([linkUp, add]);
  });

  it('adds up the changes of one file', () => {
    expect(toWork([created, extended], kindOf).files).toEqual([
      { path, content: { after: 'A=1\nB=2\n' }, permissions: { mode: 0o644 } },
    ]);
  });

  it('forgets a file that is written and deleted again', () => {
    expect(toWork([created, extended, deleted], kindOf).files).toEqual([]);
  });

  it('turns a change and a deletion into the deletion of what is there', () => {
    expect(toWork([extended, deleted], kindOf).files).toEqual([
      { path, content: { before: 'A=1\n' }, permissions: {} },
    ]);
  });

  it('forgets a file that ends as it began', () => {
    const back: Change = { kind: 'file.write', path, mode: 0o644, before: 'A=1\nB=2\n', after: 'A=1\n' };

    expect(toWork([extended, back], kindOf).files).toEqual([]);
  });
});

describe('toWork, for a power cut between two files', () => {
  it('puts new files before changed ones and removes files last, so that no file names one that is not there', () => {
    const other = '/etc/sysconfig/network-scripts/ifcfg-';
    const removed: FileChange = { kind: 'file.delete', path: `${other}eno4.bak`, mode: 0o644, before: '' };
    const edited: FileChange = {
      kind: 'file.write',
      path: `${other}eno3`,
      mode: 0o644,
      before: '',
      after: 'B=2\n',
    };

    expect(toWork([removed, edited, created], kindOf).files.map((file) => file.path)).toEqual([
      created.path,
      edited.path,
      removed.path,
    ]);
  });
});

describe('launchScript', () => {
  const changes: readonly Change[] = [
    linkUp,
    { kind: 'file.write', path: "/etc/it's a $(file)", mode: 0o600, after: "'; rm -rf / #\n$(reboot)\n" },
    { kind: 'file.delete', path, mode: 0o644, before: 'A=1' },
    { kind: 'module.load', name: 'bonding', parameters: { max_bonds: '0' } },
  ];
  const script = launchScript(
    { ...toWork(changes, kindOf), probes: [ping("10.0.0.1'; reboot"), tcp('::1', 22)] },
    { id: 'id-1', owner: "o'hara@ops", confirmTimeout: 30 },
    { generation: "it's" },
  );

  it.each(['sh', 'bash'])('is a script that %s understands', (shell) => {
    expect(() => execFileSync(shell, ['-n'], { input: script })).not.toThrow();
  });

  it('holds a transaction that sh understands', () => {
    expect(() => execFileSync('sh', ['-n'], { input: transactionOf(script) })).not.toThrow();
  });

  it('removes what a power cut left beside its files', () => {
    const sweep = functionOf(transactionOf(script), 'sweep');

    expect(sweep).toContain('rm -f /etc/.kvmplay-* 2>/dev/null');
    expect(sweep).toContain('rm -f /etc/sysconfig/network-scripts/.kvmplay-* 2>/dev/null');
  });

  it.each(shellRows)('leaves no copy beside a file that cannot be restored, in %s', (_, shell) => {
    const folder = mkdtempSync(join(tmpdir(), 'kvmplay-restore-'));
    const lists = (name: string): string[] => readdirSync(join(folder, name)).toSorted();
    const functions = ['restore', 'relabel']
      .map((name) => functionOf(transactionOf(script), name))
      .join('\n');
    for (const [name, content] of [
      ['backup', 'old\n'],
      ['free/ifcfg', 'new\n'],
      // Nothing can be renamed to where a folder is in the way.
      ['held/ifcfg/staged/keep', ''],
    ] as const) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), content);
    }

    try {
      const { stdout } = runScript(
        shell,
        `cd '${folder}'; id=id-1\n${functions}\nfor at in free held; do restore backup "$at/staged" "$at/ifcfg"; echo "$at $?"; done`,
      );

      expect(stdout).toBe('free 0\nheld 1\n');
      expect(readFileSync(join(folder, 'free', 'ifcfg'), 'utf8')).toBe('old\n');
      expect({ free: lists('free'), held: lists('held') }).toEqual({ free: ['ifcfg'], held: ['ifcfg'] });
      expect(lists('.')).toContain('backup');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('gives up on a probe in its time, also when somebody stops the clock', () => {
    const tools = mkdtempSync(join(tmpdir(), 'kvmplay-clock-'));
    writeFileSync(join(tools, 'date'), '#!/bin/sh\necho 1000000000\n', { mode: 0o755 });
    const probes = [{ failure: 'no', script: 'echo seen; false', isRequired: true }];
    const asked = launchScript(
      { changes: [], steps: [], files: [], staged: [], probes },
      { id: 'id-2', owner: 'ada', confirmTimeout: 30 },
      { generation: 'boot' },
    );
    const transaction = transactionOf(asked);

    try {
      const printed = execFileSync('sh', ['-s', 'probe', '1'], {
        input: transaction,
        encoding: 'utf8',
        timeout: 20_000,
        env: { ...process.env, PATH: `${tools}:${process.env['PATH'] ?? ''}` },
      });
      expect(printed).toBe('probe 0 seen\n');
    } finally {
      rmSync(tools, { recursive: true });
    }
  });

  it('makes no here-document, which bash would put into /tmp with all that files hold', () => {
    expect(script).not.toContain('<<');
    expect(transactionOf(script)).not.toContain('<<');
  });

  it('lets no value reach the shell unquoted', () => {
    expect(transactionOf(script)).toContain(`'/etc/it'\\''s a $(file)'`);
    expect(script).toContain(`'o'\\''hara@ops'`);
  });
});

function functionOf(script: string, name: string): string {
  return new RegExp(`^${name}\\(\\) \\{[^]*?^\\}`, 'm').exec(script)?.[0] ?? 'missing (';
}

/** The script that a launch leaves on the host, as a shell takes it out of its quotes. */
function transactionOf(script: string): string {
  const [, quoted = 'missing'] =
    /^printf '%s' ('[^]*') > \/run\/kvmplay-[\w-]+\/transaction$/m.exec(script) ?? [];
  return execFileSync('sh', { input: `printf %s ${quoted}`, encoding: 'utf8' });
}
