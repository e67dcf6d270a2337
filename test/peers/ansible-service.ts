import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ansibleEnvironment } from './ansible.ts';

/** What Ansible says of an inventory, or why it cannot read it. */
export type Description =
  | { readonly error: string }
  | {
      readonly list: InventoryListing;
      readonly exported: InventoryListing;
      /** With variables. */
      readonly graph: string;
      readonly selected: readonly Selection[];
      readonly limited: readonly Selection[];
    };

export interface InventoryListing {
  readonly _meta: { readonly hostvars: Readonly<Record<string, unknown>> };
}

/** Names in the order of the alphabet. */
export type Selection = readonly string[] | { readonly error: string };

export interface AnsibleService {
  describe(request: {
    readonly folder: string;
    readonly sources: readonly string[];
    readonly patterns: readonly string[];
    readonly limits: readonly string[];
  }): Promise<Description>;
  /** Values of variables of a host. */
  evaluate(request: {
    readonly folder: string;
    readonly sources: readonly string[];
    readonly host: string;
    readonly names: readonly string[];
  }): Promise<readonly ({ readonly value: unknown } | { readonly error: string })[]>;
  end(): void;
}

/** Ansible's own inventory in a process of Python that answers many questions: its programs take half a second for each. */
export function startAnsibleService(): AnsibleService {
  const child = spawn('/usr/bin/python3', ['-W', 'ignore', join(import.meta.dirname, 'ansible-service.py')], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: ansibleEnvironment,
  });
  const waiting: ((answer: unknown) => void)[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => waiting.shift()?.(JSON.parse(line)));
  const ask = (request: unknown): Promise<unknown> =>
    new Promise((resolve) => {
      waiting.push(resolve);
      child.stdin.write(`${JSON.stringify(request)}\n`);
    });
  return {
    describe: async (request) => (await ask(request)) as Description,
    evaluate: async (request) => (await ask(request)) as Awaited<ReturnType<AnsibleService['evaluate']>>,
    end: () => void child.stdin.end(),
  };
}
