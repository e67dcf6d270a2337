import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { stepFunctions, stepLibrary } from '../../../src/engine/transaction/step-script.ts';
import type { Step } from '../../../src/model/step.ts';
import { runScript } from '../../facts/shells.ts';
import { needPrograms } from '../../support/packages.ts';
import { situationsOf } from '../../support/step-situations.ts';
import { prepare, snapshot, steps, world } from './step-arbitrary.ts';

const shells = [['dash'], ['bash', '--posix'], ['busybox', 'sh']] as const;
type Shell = (typeof shells)[number];

beforeAll(() => needPrograms({ dash: 'dash', busybox: 'busybox' }), 120_000);

/** Runs a script whose steps work in a scratch folder. */
function run(shell: Shell, script: string): { readonly stdout: string; readonly stderr: string } {
  const folder = mkdtempSync(join(tmpdir(), 'kvmplay-steps-'));
  const protocol = `folder=${folder}; undo_errors=0
begun() { printf '%s ' "$@" >> "$folder/begun"; }
made() { printf '%s ' "$@" >> "$folder/made"; }
may_wait() { [ ! -e "$folder/no-time" ]; }
sleep() { true > "$folder/slept"; }`;
  try {
    return runScript(shell, `${protocol}\n${stepLibrary}\n${script}`.replaceAll(world, `${folder}/world`));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe.each(shells.map((shell) => [shell.join(' '), shell] as const))('stepFunctions in %s', (_, shell) => {
  it('take a step back to the state before it: not made, half made, made, undone already', () => {
    fc.assert(
      fc.property(steps, (list) => {
        const { stdout, stderr } = run(shell, [prepare, snapshot, ...list.map(situationsOf)].join('\n'));

        expect({ stdout, stderr }).toEqual({ stdout: '', stderr: '' });
      }),
      { numRuns: 4 },
    );
  });

  it('run commands with the umask of an administrator, whose packages everybody may read', () => {
    const step: Step = { brings: [], run: [{ argv: ['sh', '-c', `umask > ${world}`] }], undo: [] };

    const { stdout } = run(shell, `umask 077; ${stepFunctions(step, 0)}\ndo_0; cat ${world}; umask`);

    expect(stdout.replaceAll(/^0+/gm, '')).toBe('22\n77\n');
  });

  it('go on undoing after a command that fails, count it, and keep what it said', () => {
    const step: Step = {
      brings: [],
      run: [],
      undo: [
        { argv: ['sh', '-c', 'echo one >&2; exit 4'] },
        { argv: ['mkdir', world] },
        { argv: ['sh', '-c', 'echo two >&2; exit 5'] },
        { argv: ['sh', '-c', 'exit 6'], alsoDone: [6] },
      ],
    };

    const { stdout } = run(
      shell,
      `${stepFunctions(step, 0)}\nundo_0; echo "$? $undo_errors"; cat "$folder/undo-stderr"; ls -d ${world}`,
    );

    expect(stdout).toMatch(/^1 2\none\ntwo\n\S+world\n$/);
  });

  it('undo also where there is no room for what a command says', () => {
    const undo = [{ argv: ['mkdir', world] }];

    const { stdout } = run(
      shell,
      `${stepFunctions({ brings: [], run: [], undo }, 0)}
real=$folder; folder=/proc/nowhere; undo_0; echo "$? $undo_errors"; ls -d "$real/world"`,
    );

    expect(stdout).toMatch(/^0 0\n\S+world\n$/);
  });

  it('stop at the command that fails, and tell its number, its code and what it said', () => {
    const step: Step = {
      brings: [],
      run: [{ argv: ['true'] }, { argv: ['sh', '-c', 'echo on stdout; exit 7'] }, { argv: ['mkdir', world] }],
      undo: [],
    };

    const { stdout } = run(
      shell,
      `${stepFunctions(step, 3)}\ndo_3; echo "$? $failed"; cat "$folder/stderr" "$folder/begun" "$folder/made"; [ -e ${world} ] && echo went on`,
    );

    expect(stdout).toBe('1 3 1 7\non stdout\n3 0 3 1 3 0 ');
  });

  it('give standard input to the byte, and no argument list holds it', () => {
    const input = "'$(reboot)`x`\\n%s\n  two\n\n";
    const show = ['sh', '-c', `cat > ${world}; tr '\\0' ' ' < /proc/$$/cmdline`];
    const step: Step = {
      brings: [],
      run: [{ argv: show, input }],
      undo: [{ argv: show, input }],
      settle: [{ argv: show, input }],
    };

    const { stdout } = run(
      shell,
      `${stepFunctions(step, 0)}\nfor verb in do undo settle; do "\${verb}_0"; cat ${world}; cat "$folder/stdout"; done`,
    );

    expect(stdout.split('two\n\n')).toHaveLength(4);
    expect(stdout.startsWith(input)).toBe(true);
  });

  it('try again what another keeps waiting, as long as there is time', () => {
    const busy = {
      argv: ['sh', '-c', `[ -e ${world} ] || { mkdir ${world}; echo locked by 7 >&2; exit 1; }`],
      busy: 'locked',
    };
    const step: Step = { brings: [], run: [busy], undo: [busy], settle: [busy] };
    const functions = stepFunctions(step, 0);

    const { stdout } = run(
      shell,
      `${functions}\nfor verb in do undo settle; do "\${verb}_0"; echo "$verb $?"; rmdir ${world}; done
true > "$folder/no-time"; do_0; echo "without time $?"`,
    );

    expect(stdout).toBe('do 0\nundo 0\nsettle 0\nwithout time 1\n');
  });

  it('settle up to the command that fails', () => {
    const step: Step = {
      brings: [],
      run: [],
      undo: [],
      settle: [{ argv: ['true'] }, { argv: ['sh', '-c', 'exit 9'] }, { argv: ['mkdir', world] }],
    };

    const { stdout } = run(
      shell,
      `${stepFunctions(step, 2)}\nsettle_2; echo "$? $failed"; [ -e ${world} ] && echo went on`,
    );

    expect(stdout).toBe('1 2 1 9\n');
  });
});
