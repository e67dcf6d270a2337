import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { execPath } from 'node:process';

/** How long a host with 500 taps takes to answer a survey, in seconds. */
export interface SurveyTime {
  readonly shell: string;
  readonly median: number;
}

/** Runs the bench of the survey, which judges by exit code, too: here its figures count. */
export function measureSurvey(root: string): readonly SurveyTime[] {
  const script = join(root, 'bench', 'survey-500-taps.js');
  const { stdout, stderr } = spawnSync(execPath, [script], { cwd: root, encoding: 'utf8' });
  const found = [...stdout.matchAll(/^500 taps, (.+): ([\d.]+) ms/gm)];
  if (found.length === 0) throw new Error(`${script} tells no time: ${stderr.trim()}`);
  return found.map(([, shell = '', milliseconds]) => ({ shell, median: Number(milliseconds) / 1000 }));
}
