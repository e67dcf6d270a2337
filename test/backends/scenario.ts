import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Backend, WantedLink } from '../../src/backends/backend.ts';
import { backends } from '../../src/backends/index.ts';
import type { ConfigFiles } from '../../src/model/config-file.ts';
import type { Answers, FactSet } from '../../src/model/fact.ts';
import { plainHost, readTree } from './trees.ts';

export const scenariosFolder = join(import.meta.dirname, 'scenarios');

/** A scenario as one backend writes it. */
export interface Scenario {
  readonly title: string;
  readonly backend: Backend;
  readonly wanted: readonly WantedLink[];
  /** To the backend's own facts. */
  readonly answers: Answers<FactSet>;
  readonly before: ConfigFiles;
  readonly after: ConfigFiles;
}

/** What is so of most hosts. */
export const usualAnswers: Readonly<Record<string, Answers<FactSet>>> = { ifcfg: { ...plainHost } };

export const scenarios = readdirSync(scenariosFolder);

/** Every scenario as every backend writes it. */
export function readScenarios(): readonly Scenario[] {
  const writers = [...backends.values()].filter(({ id }) => id !== 'none');
  return writers.flatMap((backend) => scenarios.map((scenario) => readScenario(scenario, backend)));
}

export function wantedIn(scenario: string): readonly WantedLink[] {
  const text = readFileSync(join(scenariosFolder, scenario, 'wanted.json'), 'utf8');
  return (JSON.parse(text) as { readonly wanted: readonly WantedLink[] }).wanted;
}

function readScenario(scenario: string, backend: Backend): Scenario {
  const path = join(scenariosFolder, scenario, backend.id);
  const answersPath = join(path, 'answers.json');
  return {
    title: `${scenario} as ${backend.id}`,
    backend,
    wanted: wantedIn(scenario),
    answers: existsSync(answersPath)
      ? (JSON.parse(readFileSync(answersPath, 'utf8')) as Answers<FactSet>)
      : (usualAnswers[backend.id] ?? {}),
    before: readTree(join(path, 'before')),
    after: readTree(join(path, 'after')),
  };
}
