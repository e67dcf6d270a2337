import * as z from 'zod';
import { links } from '../facts/index.ts';
import type { Command } from '../model/command.ts';
import { portsOf } from '../model/kernel.ts';
import type { ControllerKind, PortSettings } from '../model/link.ts';
import { probesOf, waitsOf } from './controller-needs.ts';
import { BLIP, type Course, FOREVER, isUsed, lacpDelay, stpDelay, type Verdict } from './course.ts';
import { ip, isPortOf } from './ip.ts';
import type { Drift, Family } from './kind.ts';
import { checkSettings, gone } from './link-drift.ts';
import { name, number, schemaOf } from './shape.ts';
import { portSettingsSchema } from './link-schemas.ts';
import { setUpPort } from './port-settings.ts';
import { compare, join, shown } from './words.ts';

export interface PortAdd extends PortChange {
  readonly kind: 'port.add';
}
export interface PortRemove extends PortChange {
  readonly kind: 'port.remove';
}
interface PortChange {
  readonly port: string;
  readonly controller: string;
  readonly controllerKind: ControllerKind;
  /** Settings of the port without a controller: before it joins, or after it leaves. As a port it is up. */
  readonly alone: PortAlone;
  /** Settings of a bridge's port. The kernel forgets them when the port leaves. */
  readonly settings?: PortSettings;
}

/** The settings that joining a bond or bridge changes. A bond gives its ports its own MTU and takes it back. */
export interface PortAlone {
  readonly up: boolean;
  readonly mtu: number;
}

const controllerKind: z.ZodType<ControllerKind> = z.enum(['bond', 'bridge']);
const alone = schemaOf<PortAlone>()({ up: z.boolean(), mtu: number });
const settings = z.exactOptional(portSettingsSchema);

export const portFamily: Family<PortAdd | PortRemove> = {
  'port.add': {
    schema: () =>
      schemaOf<PortAdd>()({
        kind: z.literal('port.add'),
        port: name,
        controller: name,
        controllerKind,
        alone,
        settings,
      }),
    describe: (change) => `+ ${describePort(change)}`,
    inverse: (change) => ({ ...change, kind: 'port.remove' }),
    compile: addPort,
    touches: ({ port, controller }) => ({ frames: [port, controller] }),
    judge: judgeAdd,
    drift: (change) => driftOf(change, undefined),
    needs: {
      probes: ({ controller, controllerKind: kind }) => probesOf(controller, kind),
      waits: ({ controller }, { after }) => waitsOf(controller, after),
    },
  },
  'port.remove': {
    schema: () =>
      schemaOf<PortRemove>()({
        kind: z.literal('port.remove'),
        port: name,
        controller: name,
        controllerKind,
        alone,
        settings,
      }),
    describe: (change) => `- ${describePort(change)}`,
    inverse: (change) => ({ ...change, kind: 'port.add' }),
    compile: removePort,
    touches: ({ port, controller }) => ({ frames: [port, controller] }),
    judge: judgeRemove,
    drift: (change) => driftOf(change, change.controller),
  },
};

function describePort({
  port,
  controller,
  settings: { options = {}, vlans, entries = [] } = {},
}: PortChange): string {
  return join(
    `${port} port of ${controller}`,
    ...Object.entries(options).map(([option, value]) => `${option} ${shown(value)}`),
    vlans === undefined ? undefined : `VLANs ${vlans.join(', ') || 'none'}`,
    entries.length === 0 ? undefined : `entries ${entries.join(', ')}`,
  );
}

function addPort({ port, controller, controllerKind: kind, settings: told }: PortAdd): readonly Command[] {
  const unless = isPortOf(port, controller);
  // Bonding refuses a port that is up (hazard 25). A bridge accepts one, and its port then keeps its carrier.
  const down = kind === 'bond' ? [{ ...ip('link', 'set', 'dev', port, 'down'), unless }] : [];
  return [
    ...down,
    { ...ip('link', 'set', 'dev', port, 'master', controller), unless },
    ip('link', 'set', 'dev', port, 'up'),
    ...setUpPort(port, told),
  ];
}

function removePort({ port, controller, controllerKind: kind, alone }: PortRemove): readonly Command[] {
  const mtu = kind === 'bond' ? ['mtu', String(alone.mtu)] : [];
  return [
    { ...ip('link', 'set', 'dev', port, 'nomaster'), unless: `! ${isPortOf(port, controller)}` },
    ip('link', 'set', 'dev', port, ...mtu, alone.up ? 'up' : 'down'),
  ];
}

function judgeAdd({ port, controller, controllerKind: kind }: PortAdd, course: Course): readonly Verdict[] {
  const { before, after } = course;
  const portUsed = isUsed(port, before);
  const joined = after.links.get(controller);
  if (kind === 'bridge') {
    const waits = (joined?.options?.['stp_state'] ?? '0') !== '0';
    return waits && (portUsed || isUsed(controller, before))
      ? [{ seconds: stpDelay(controller, after), reason: `${port} joins ${controller}, which runs STP` }]
      : [];
  }
  if (!portUsed) return [];
  return joined?.options?.['mode'] === '802.3ad' && !keepsAggregating(controller, course)
    ? [
        {
          seconds: lacpDelay(controller, after),
          reason: `${port} joins ${controller}, which negotiates LACP first`,
        },
      ]
    : [{ seconds: BLIP, reason: `${port} is in use and joins ${controller}` }];
}

/** Ports that already aggregate keep working while another negotiates. */
function keepsAggregating(bond: string, { before, changes }: Course): boolean {
  if (before.links.get(bond)?.options?.['mode'] !== '802.3ad') return false;
  const left = new Set(changes.flatMap((change) => (change.kind === 'port.remove' ? [change.port] : [])));
  return portsOf(before.links, bond).some(({ name: port }) => !left.has(port));
}

function judgeRemove({ port, controller }: PortRemove, { before, now, after }: Course): readonly Verdict[] {
  if (before.links.get(port)?.kind === 'tap') {
    return after.links.get(port)?.controller === undefined
      ? [{ seconds: FOREVER, reason: `the guest of ${port} loses ${controller}` }]
      : [{ seconds: BLIP, reason: `the guest of ${port} leaves ${controller} for a moment` }];
  }
  if (!isUsed(controller, now, port)) return [];
  return portsOf(after.links, controller).some(({ kind }) => kind !== 'tap')
    ? [{ seconds: BLIP, reason: `${controller} loses its port ${port}, but has another` }]
    : [{ seconds: FOREVER, reason: `${controller} is in use and loses its uplink ${port}` }];
}

function driftOf(
  { port, controller, alone, settings: told }: PortAdd | PortRemove,
  wanted: string | undefined,
): Drift {
  return {
    facts: [links],
    check: (answer) => {
      const link = answer(links).get(port);
      if (link === undefined) return [gone(port)];
      return [
        ...compare(`controller of ${port}`, wanted, link.controller),
        ...(answer(links).has(controller) ? [] : [gone(controller)]),
        ...(wanted === undefined
          ? checkSettings(port, alone, link)
          : compare(`settings of port ${port}`, textOf(told), textOf(link.port))),
      ];
    },
  };
}

function textOf(settings: PortSettings | undefined): string | undefined {
  return (
    settings &&
    JSON.stringify(settings, ['options', ...Object.keys(settings.options ?? {}).sort(), 'vlans', 'entries'])
  );
}
