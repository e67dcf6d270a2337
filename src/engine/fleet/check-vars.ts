import { isKvmplayError, PlaybookError } from '../../errors.ts';
import { formatPlace } from '../../model/format-place.ts';
import type { InventoryHost, SourcePlace } from '../../model/inventory.ts';
import type { Play, StandardIssue } from './play.ts';
import type { PlayHost } from '../session/run-host.ts';

/** An invalid variable, and its hosts. */
export interface VarProblem {
  readonly play: string;
  /** Empty: the error concerns all variables together. */
  readonly variable: string;
  readonly message: string;
  /** Place of the value; undefined if there is no value. */
  readonly place: SourcePlace | undefined;
  readonly hosts: readonly InventoryHost[];
}

export interface CheckedVars {
  /** Hosts with valid variables, as the schema converted them. */
  readonly hosts: readonly PlayHost[];
  readonly problems: readonly VarProblem[];
}

/** Checks the variables of every host by the play's schema. */
export async function checkVars(play: Play, inventory: readonly InventoryHost[]): Promise<CheckedVars> {
  const hosts: PlayHost[] = [];
  const problems = new Map<string, VarProblem>();
  const results = await Promise.all(inventory.map(async (host) => await validate(play, host)));
  for (const [index, host] of inventory.entries()) {
    const result = results[index];
    if (result === undefined) continue;
    if ('vars' in result) hosts.push({ host, vars: result.vars });
    for (const problem of 'problems' in result ? result.problems : []) {
      const { place, variable, message } = problem;
      const key = JSON.stringify([place === undefined ? '' : formatPlace(place), variable, message]);
      const known = problems.get(key)?.hosts ?? [];
      problems.set(key, { ...problem, play: play.name, hosts: [...known, host] });
    }
  }
  return { hosts, problems: [...problems.values()] };
}

/** Throws PlaybookError that names every problem once, with its hosts. */
export function refuseProblems(problems: readonly VarProblem[]): void {
  const [first] = problems;
  if (first === undefined) return;
  if (problems.length === 1) throw new PlaybookError(sentenceOf(first), placeOf(first));
  const hosts = new Set(problems.flatMap((problem) => problem.hosts.map(({ name }) => name)));
  const details = problems.map((problem) => {
    const place = placeOf(problem);
    return `${place === undefined ? '' : `${formatPlace(place)}: `}${sentenceOf(problem)}`;
  });
  throw new PlaybookError(
    `variables of ${hosts.size} ${hosts.size === 1 ? 'host do' : 'hosts do'} not match the schemas of their plays`,
    undefined,
    { details },
  );
}

type Validation =
  { readonly vars: unknown } | { readonly problems: readonly Omit<VarProblem, 'play' | 'hosts'>[] };

async function validate({ vars: schema }: Play, host: InventoryHost): Promise<Validation> {
  if (schema === undefined) return { vars: host.vars };
  try {
    const result = await schema['~standard'].validate(host.vars);
    if (result.issues === undefined) return { vars: result.value };
    return { problems: result.issues.map((issue) => toProblem(issue, host)) };
  } catch (error) {
    return { problems: [thrown(error)] };
  }
}

/** Variables may be evaluated when read. An evaluation error already names its own place. */
function thrown(error: unknown): Omit<VarProblem, 'play' | 'hosts'> {
  if (!isKvmplayError(error))
    return { variable: '', message: `the schema threw ${String(error)}`, place: undefined };
  const place = 'place' in error ? (error.place as SourcePlace | undefined) : undefined;
  const prefix = place === undefined ? '' : `${formatPlace(place)}: `;
  const message = error.message.startsWith(prefix) ? error.message.slice(prefix.length) : error.message;
  return { variable: '', message, place };
}

function toProblem(
  { message, path = [] }: StandardIssue,
  host: InventoryHost,
): Omit<VarProblem, 'play' | 'hosts'> {
  const keys = path.map((part) => String(typeof part === 'object' ? part.key : part));
  return { variable: keys.join('.'), message, place: host.varPlaces?.get(keys[0] ?? '') };
}

/** A missing variable has the place of the host. */
function placeOf({ place, hosts }: VarProblem): SourcePlace | undefined {
  return place ?? (hosts.length === 1 ? hosts[0]?.place : undefined);
}

const MOST_HOSTS = 3;

function sentenceOf({ play, variable, message, hosts }: VarProblem): string {
  const named = hosts.length > MOST_HOSTS + 1 ? hosts.slice(0, MOST_HOSTS) : hosts;
  const more = hosts.length - named.length;
  const names = named.map(({ name }) => name).join(', ') + (more === 0 ? '' : ` and ${more} more hosts`);
  const what = variable === '' ? 'the variables' : `variable ${variable}`;
  return `play "${play}": ${what} of ${names}: ${message}`;
}
