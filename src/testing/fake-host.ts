import { commandText } from '../engine/host-script.ts';
import { runAction } from '../engine/run-action.ts';
import { RolledBackError, UsageError } from '../errors.ts';
import type { Action, ActionResult, HostCommand } from '../model/action.ts';
import type { Change } from '../model/change.ts';
import type { ConfigFiles } from '../model/config-file.ts';
import { describeChange } from '../model/describe-change.ts';
import type { Answers, Fact, FactSet } from '../model/fact.ts';
import type { CommandResult, Host, HostVars } from '../model/host.ts';
import { addressesAfter, configFilesAfter, linksAfter, routesAfter } from '../model/kernel.ts';
import type { Address, Link, Links, Route } from '../model/link.ts';
import type { Task, TaskResult } from '../model/task.ts';
import type { NetworkAnswers } from '../tasks/network-facts.ts';
import { type KernelState, refusalOf } from './kernel-rules.ts';
import { loopback } from './link-builders.ts';
import { centos7, type Platform } from './platforms.ts';

type Lease = NetworkAnswers['leases'][number];

/** What a fake host begins with. What is left out is as on a bare CentOS 7 host with root login. */
export interface FakeHostOptions<V = HostVars> {
  /** Name in the inventory. Default: `kvm1`. */
  readonly name?: string;
  /** Groups of the inventory. Default: none. */
  readonly groups?: readonly string[];
  /** Variables of the inventory. Default: none. */
  readonly vars?: V;
  /** Whether commands of `exec` are held back. Default: `false`. */
  readonly checkMode?: boolean;
  /** Links besides the loopback, such as `ethernet('eno3')`. Default: none. */
  readonly links?: readonly Link[];
  readonly addresses?: readonly Address[];
  readonly routes?: readonly Route[];
  readonly leases?: readonly Lease[];
  /** Contents of configuration files by path; their permission bits are 0644. Default: none. */
  readonly files?: Readonly<Record<string, string>>;
  /** What differs from a CentOS 7 host. */
  readonly platform?: Partial<Platform>;
  /** Answers to facts of your own, by the fact's name. */
  readonly answers?: Readonly<Record<string, unknown>>;
  /** What commands of `read`, `exec` and actions print; a program's arguments come quoted. Default: they are an error. */
  readonly commands?: (command: string) => CommandResult;
}

/** A host in memory, with a record of what was done to it. */
export interface FakeHost<V = HostVars> extends Host<V> {
  /** Everything that tasks changed, in order. */
  readonly changes: readonly Change[];
  /** What tasks warned of, in order. */
  readonly warnings: readonly string[];
  readonly links: Links;
  readonly addresses: readonly Address[];
  readonly routes: readonly Route[];
  readonly files: ConfigFiles;
}

/**
 * A host for tests of tasks and playbooks: it needs no machine and no network. Tasks are planned on its facts, and their
 * changes take effect at once, unless a kernel would refuse them.
 *
 * @example
 * const host = fakeHost({ links: [ethernet('eno4'), ethernet('eno5')] });
 * await ensureBond(host, { name: 'bond6', mode: 6, ports: ['eno4', 'eno5'] });
 * host.links.get('eno4')?.controller; // 'bond6'
 *
 * @throws RolledBackError from a task, with the kernel's words, when the kernel would refuse one of its changes or do
 *   something besides that the plan does not say. The host is then as it was before the task.
 */
export function fakeHost<V = HostVars>(options: FakeHostOptions<V> = {}): FakeHost<V> {
  return new HostInMemory(options);
}

class HostInMemory<V> implements FakeHost<V> {
  readonly name: string;
  readonly groups: readonly string[];
  readonly vars: V;
  readonly checkMode: boolean;
  readonly changes: Change[] = [];
  readonly warnings: string[] = [];
  readonly #options: FakeHostOptions<V>;
  readonly #start: Readonly<Record<string, unknown>>;
  #state: KernelState & { readonly files: ConfigFiles };

  constructor(options: FakeHostOptions<V>) {
    const { links = [], addresses = [], routes = [], leases = [], files = {} } = options;
    this.#options = options;
    this.name = options.name ?? 'kvm1';
    this.groups = options.groups ?? [];
    this.vars = options.vars ?? ({} as V);
    this.checkMode = options.checkMode ?? false;
    this.#state = {
      links: new Map([loopback, ...links].map((link) => [link.name, link])),
      addresses,
      routes,
      leases,
      files: new Map(Object.entries(files).map(([path, content]) => [path, { content, mode: 0o644 }])),
    };
    this.#start = { ...this.#state, ...options.answers, platform: { ...centos7, ...options.platform } };
  }

  get links(): Links {
    return this.#state.links;
  }

  get addresses(): readonly Address[] {
    return this.#state.addresses;
  }

  get routes(): readonly Route[] {
    return this.#state.routes;
  }

  get files(): ConfigFiles {
    return this.#state.files;
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- what a real host answers late is an answer late here too.
  async perform<D, F, O>(task: Task<D, F, O>, input: unknown): Promise<TaskResult<O>> {
    const desired = task.validate(input);
    const { changes, warnings } = task.plan(desired, this.#answersTo(task), this.#settings());
    this.#apply(`${task.name} ${task.subject(desired)}`, changes);
    this.warnings.push(...warnings);
    return {
      changed: changes.length > 0,
      changes,
      warnings,
      output: task.output(desired, this.#answersTo(task)),
    };
  }

  async act<D, O>(action: Action<D, O>, input: unknown): Promise<ActionResult<O>> {
    const { name, checkMode } = this;
    const run = (command: HostCommand): Promise<CommandResult> => this.#run(commandText(command));
    const result = await runAction(action, action.validate(input), {
      host: { name, checkMode, run },
      // Changes of tasks took effect at once.
      before: () => Promise.resolve(),
      isWanted: () => Promise.resolve(true),
    });
    return typeof result === 'string' ? { changed: false, output: undefined } : result;
  }

  /** Nobody selects tasks here, so tags make no difference. */
  tagged(): this {
    return this;
  }

  fact<T>(fact: Fact<T>): Promise<T> {
    return new Promise((resolve) => resolve(this.#answer(fact)));
  }

  read(command: string): Promise<CommandResult> {
    return this.#run(command);
  }

  async exec(command: string): Promise<CommandResult | undefined> {
    return this.checkMode ? undefined : this.#run(command);
  }

  #run(command: string): Promise<CommandResult> {
    const { commands } = this.#options;
    if (commands === undefined) {
      return Promise.reject(
        new UsageError(`${this.name} has no answer to \`${command}\`: commands should give one`),
      );
    }
    return Promise.resolve(commands(command));
  }

  #settings(): { name: string; networkBackend?: string } {
    const { network_backend: backend } = this.vars as { readonly network_backend?: unknown };
    return { name: this.name, ...(typeof backend === 'string' && { networkBackend: backend }) };
  }

  #answersTo<D, F, O>(task: Task<D, F, O>): Answers<F> {
    const facts = Object.entries(task.facts as FactSet);
    return Object.fromEntries(facts.map(([key, fact]) => [key, this.#answer(fact)])) as Answers<F>;
  }

  #answer<T>(fact: Fact<T>): T {
    const key = fact.name.startsWith('configFiles ') ? 'files' : fact.name;
    if (!(key in this.#start)) {
      throw new UsageError(`${this.name} has no answer to fact ${fact.name}: answers should give one`);
    }
    return this.changes.reduce((value, change) => fact.after(value, change), this.#start[key] as T);
  }

  #apply(task: string, changes: readonly Change[]): void {
    let state = this.#state;
    for (const change of changes) {
      const refusal = refusalOf(state, change) ?? refuseFile(state.files, change);
      if (refusal !== undefined) throw new RolledBackError(`${task}: ${describeChange(change)}: ${refusal}`);
      state = {
        ...state,
        links: linksAfter(state.links, change),
        addresses: addressesAfter(state.addresses, change),
        routes: routesAfter(state.routes, change),
        files: configFilesAfter(state.files, change),
      };
    }
    this.#state = state;
    this.changes.push(...changes);
  }
}

function refuseFile(files: ConfigFiles, change: Change): string | undefined {
  if (change.kind !== 'file.write' && change.kind !== 'file.delete') return undefined;
  return files.get(change.path)?.content === change.before
    ? undefined
    : 'the file is not what the plan takes it for';
}
