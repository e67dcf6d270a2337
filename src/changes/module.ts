import * as z from 'zod';
import { kernelModuleFact } from '../facts/index.ts';
import type { Links } from '../model/link.ts';
import { BLIP, type Course, FOREVER, type Verdict } from './course.ts';
import type { Answer, Family } from './kind.ts';
import { name, schemaOf, texts } from './shape.ts';
import { join, shown } from './words.ts';

export interface ModuleLoad {
  readonly kind: 'module.load';
  readonly name: string;
  readonly parameters: Readonly<Record<string, string>>;
}
/** Removes a module from the running kernel. Its parameters are lost. */
export interface ModuleUnload {
  readonly kind: 'module.unload';
  readonly name: string;
}

export const moduleFamily: Family<ModuleLoad | ModuleUnload> = {
  'module.load': {
    schema: () => schemaOf<ModuleLoad>()({ kind: z.literal('module.load'), name, parameters: texts }),
    describe: (change) => `+ ${describeModule(change)}`,
    inverse: () => undefined,
    compile: ({ name: module, parameters }) => [
      {
        argv: ['modprobe', module, ...Object.entries(parameters).map(([key, value]) => `${key}=${value}`)],
      },
    ],
    touches: () => ({}),
    judge: judgeLoad,
    drift: (change) => ({
      facts: [kernelModuleFact(change.name)],
      // The module may be unloaded already.
      check: () => [],
      missing: (answer) => checkLoaded(change.name, answer),
    }),
  },
  'module.unload': {
    schema: () => schemaOf<ModuleUnload>()({ kind: z.literal('module.unload'), name }),
    describe: (change) => `- module ${change.name}`,
    inverse: (change) => ({ kind: 'module.load', name: change.name, parameters: {} }),
    // modprobe succeeds for a module that is not loaded, with a message.
    compile: (change) => [{ argv: ['modprobe', '-r', change.name] }],
    touches: () => ({}),
    drift: (change) => ({
      facts: [kernelModuleFact(change.name)],
      check: (answer) => checkLoaded(change.name, answer),
    }),
  },
};

function describeModule({ name: module, parameters }: ModuleLoad): string {
  const settings = Object.keys(parameters)
    .sort()
    .map((key) => `${key}=${shown(parameters[key])}`);
  return join('module', module, ...settings);
}

/** br_netfilter becomes active when loaded (hazard 23). */
function judgeLoad({ name: module }: ModuleLoad, { changes, before: { links } }: Course): readonly Verdict[] {
  if (!hasBridge(links) || !/^br[-_]netfilter$/.test(module)) return [];
  const isTurnedOff = changes.some(
    (change) =>
      change.kind === 'sysctl.set' &&
      change.key === 'net.bridge.bridge-nf-call-iptables' &&
      change.after === '0',
  );
  const reason = `module ${module} lets the firewall of the host drop frames of guests`;
  return [{ seconds: isTurnedOff ? BLIP : FOREVER, reason }];
}

function hasBridge(links: Links): boolean {
  return [...links.values()].some(({ kind }) => kind === 'bridge');
}

function checkLoaded(module: string, answer: Answer): readonly string[] {
  const { state } = answer(kernelModuleFact(module));
  return state === 'loaded' || state === 'builtin' ? [] : [`module ${module} is not loaded`];
}
