import { spawnSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import {
  composeSurvey,
  splitSurvey,
  type SurveyOutput,
  type SurveyQuestion,
} from '../../../src/engine/connection/survey.ts';
import { runScript, shellRows } from '../../facts/shells.ts';

const nonce = '5b1e9c1e-nonce';

function ask(questions: readonly SurveyQuestion[], shell: readonly [string, ...string[]] = ['sh']) {
  const result = runScript(shell, composeSurvey(questions, { nonce }));
  return textsOf(splitSurvey(questions, result, { nonce }));
}

/** Outputs, and the messages of what failed. */
function textsOf(outputs: ReadonlyMap<string, SurveyOutput>): ReadonlyMap<string, string> {
  const texts = [...outputs].map(
    ([name, answer]) => [name, 'error' in answer ? answer.error.message : answer.output] as const,
  );
  return new Map(texts);
}

describe('a survey', () => {
  it.each(shellRows)('brings each answer to the byte under %s', (_name, shell) => {
    const answers = ask(
      [
        { name: 'nothing', script: ':' },
        { name: 'no newline', script: "printf 'a\\nb'" },
        { name: 'newlines', script: "printf '\\n\\n'" },
        { name: 'almost a mark', script: `echo '${nonce} 3 0'` },
      ],
      shell,
    );

    expect(Object.fromEntries(answers)).toEqual({
      nothing: '',
      'no newline': 'a\nb',
      newlines: '\n\n',
      'almost a mark': `${nonce} 3 0\n`,
    });
  });

  it.each(shellRows)('keeps its questions apart under %s', (_name, shell) => {
    const answers = ask(
      [
        { name: 'meddler', script: 'cd /; x=1; set -f; mark() { echo gone; }; exit 0' },
        { name: 'next', script: 'echo "${x-unset} $(pwd)" /e*c' },
      ],
      shell,
    );

    expect(answers.get('next')).toMatch(/^unset \/\S+ .*\/etc/);
  });

  it('asks questions with the same script once', () => {
    const twins = [
      { name: 'addresses', script: 'echo 1' },
      { name: 'leases', script: 'echo 1' },
    ];

    expect(composeSurvey(twins, { nonce }).match(/echo 1/g)).toHaveLength(1);
    expect(Object.fromEntries(ask(twins))).toEqual({ addresses: '1\n', leases: '1\n' });
  });

  it('does not let a question read the rest of the script', () => {
    const questions = [
      { name: 'greedy', script: 'cat' },
      // Longer than what a shell reads ahead.
      { name: 'next', script: `: ${'x'.repeat(100_000)}\necho here` },
    ];
    const { stdout, stderr, status } = spawnSync('sh', {
      input: composeSurvey(questions, { nonce }),
      encoding: 'utf8',
    });

    const answers = textsOf(splitSurvey(questions, { stdout, stderr, code: status ?? -1 }, { nonce }));

    expect(Object.fromEntries(answers)).toEqual({ greedy: '', next: 'here\n' });
  });

  it.each(shellRows)(
    'tells the failure of one question and the answers to the others under %s',
    (_name, shell) => {
      const questions = [
        { name: 'fine', script: 'echo a remark >&2' },
        { name: 'broken', script: 'echo half; echo no such luck >&2; exit 3' },
        { name: 'last', script: 'echo here' },
      ];

      expect(Object.fromEntries(ask(questions, shell))).toEqual({
        fine: '',
        broken: 'the script of fact broken ended with code 3: no such luck',
        last: 'here\n',
      });
    },
  );

  it.each(shellRows)('asks nothing that requires a tool which is not there under %s', (_name, shell) => {
    const questions: readonly SurveyQuestion[] = [
      { name: 'without', script: 'echo asked; exit 1', requires: ['ifreload'] },
      { name: 'with', script: 'echo asked', requires: ['ip'] },
    ];

    expect(Object.fromEntries(ask(questions, shell))).toEqual({ without: '', with: 'asked\n' });
  });

  it('names the question before which it ended', () => {
    const questions = [
      { name: 'first', script: 'echo 1' },
      { name: 'second', script: 'echo 2' },
    ];
    const whole = runScript(['sh'], composeSurvey(questions, { nonce }));
    const cut = {
      ...whole,
      stdout: whole.stdout.slice(0, whole.stdout.lastIndexOf(nonce)),
      stderr: '',
      code: 137,
    };

    expect(() => splitSurvey(questions, cut, { nonce })).toThrow(
      'the survey ended before fact second with code 137',
    );
  });

  it('runs questions under LC_ALL=C with the tools of administrators in reach', () => {
    const answers = ask([{ name: 'environment', script: 'echo "$LC_ALL $PATH"' }]);

    expect(answers.get('environment')).toMatch(/^C .*:\/usr\/sbin:\/sbin/);
  });
});
