import { PlanError } from '../errors.ts';
import type { HostSettings } from '../model/task.ts';
import type { Backend } from './backend.ts';
import { backends } from './index.ts';

/** What of the platform fact tells one backend from another. */
interface Platform {
  readonly distribution: { readonly name: string };
  readonly networkServices: readonly string[];
}

/** How the host remembers its network: as the inventory says, else as what is installed there shows. */
export function detectBackend(platform: Platform, { networkBackend }: HostSettings): Backend {
  if (networkBackend !== undefined) return namedBackend(networkBackend);
  if (platform.networkServices.includes('initscripts')) return namedBackend('ifcfg');
  const found = platform.networkServices.join(', ') || 'nothing';
  throw new PlanError(
    `the network of ${platform.distribution.name} is configured by ${found}, which kvmplay cannot write for: ` +
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
