import { PlanError } from '../errors.ts';
import type { Answers, FactSet } from '../model/fact.ts';
import type { HostSettings } from '../model/task.ts';
import type { Backend, LinkIdentity } from './backend.ts';
import { backends } from './index.ts';

/** Part of the platform fact that names network services, for errors. */
interface Platform {
  readonly distribution: { readonly name: string };
  readonly networkServices: readonly string[];
}

export interface Owner {
  readonly platform: Platform;
  /** The answers to the backend's own facts. */
  readonly answersOf: (backend: Backend) => Answers<FactSet>;
}

/** Returns the backend that persists a link: the one named by the inventory, else the one with the strongest claim. */
export function ownerOf(
  link: LinkIdentity,
  { platform, answersOf }: Owner,
  { networkBackend }: HostSettings,
): Backend {
  if (networkBackend !== undefined) return namedBackend(networkBackend);
  const claims = [...backends.values()]
    .map((backend) => ({ backend, claim: backend.owns(link, answersOf(backend)) }))
    .filter(({ claim }) => claim > 0)
    .sort((a, b) => b.claim - a.claim);
  const [first, second] = claims;
  if (first === undefined) throw unowned(platform);
  if (second?.claim === first.claim) {
    throw new PlanError(
      `${first.backend.id} and ${second.backend.id} both configure ${link.name}: network_backend should be set to one of them`,
    );
  }
  const verdict = first.backend.boots(answersOf(first.backend));
  if (!verdict.boots) throw new PlanError(`nothing would bring ${link.name} up at boot: ${verdict.why}`);
  return first.backend;
}

function unowned({ distribution, networkServices }: Platform): PlanError {
  const found = networkServices.join(', ') || 'nothing';
  return new PlanError(
    `the network of ${distribution.name} is configured by ${found}, for which kvmplay has no backend: ` +
      `network_backend should be set to one of ${knownIds()}`,
  );
}

function namedBackend(id: string): Backend {
  const backend = backends.get(id);
  if (backend !== undefined) return backend;
  throw new PlanError(`network_backend is ${id}, it should be one of ${knownIds()}`);
}

function knownIds(): string {
  return [...backends.keys()].join(', ');
}
