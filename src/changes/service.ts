import * as z from 'zod';
import { type Service, serviceFact } from '../facts/index.ts';
import type { ProgramCommand } from '../model/command.ts';
import type { Probe } from '../model/probe.ts';
import { quote } from '../model/shell-quote.ts';
import { carriesNetwork } from './carriers.ts';
import { FOREVER, type Verdict } from './course.ts';
import type { Family } from './kind.ts';
import { schemaOf, word } from './shape.ts';
import { compare } from './words.ts';

export interface ServiceSet {
  readonly kind: 'service.set';
  readonly name: string;
  readonly manager: ServiceManager;
  /** Both sides hold only the members that differ. */
  readonly before: ServiceSettings;
  readonly after: ServiceSettings;
}

/** The program that starts services; `chkconfig` and `update-rc.d` enable them at boot where another program does that. */
export type ServiceManager = 'systemd' | 'chkconfig' | 'update-rc.d';

export interface ServiceSettings {
  readonly running?: boolean;
  /** Started at boot. */
  readonly enabled?: boolean;
}

const settings = schemaOf<ServiceSettings>()({
  running: z.exactOptional(z.boolean()),
  enabled: z.exactOptional(z.boolean()),
});

export const serviceFamily: Family<ServiceSet> = {
  'service.set': {
    schema: () =>
      schemaOf<ServiceSet>()({
        kind: z.literal('service.set'),
        name: word,
        manager: z.enum(['systemd', 'chkconfig', 'update-rc.d']),
        before: settings,
        after: settings,
      }),
    describe: ({ name, before, after }) => `~ service ${name} ${describeSettings(before, after)}`,
    inverse: (change) => ({ ...change, before: change.after, after: change.before }),
    compile,
    touches: () => ({}),
    judge,
    drift: (change) => ({
      facts: [serviceFact(change.name)],
      check: (answer) => checkService(change, answer(serviceFact(change.name))),
    }),
    needs: {
      probes: (change) => (isWatched(change) ? [staysUp(change.name)] : []),
      waits: (change) => (isWatched(change) ? [{ for: 'services', seconds: settled + 3 }] : []),
      hints: (change, left) =>
        change.manager === 'systemd' &&
        left.some((sentence) => sentence.includes(` service ${change.name} stopped → running`))
          ? [`\`systemctl status ${change.name}\` tells why it does not run`]
          : [],
      afterFiles: true,
    },
  },
};

function describeSettings(before: ServiceSettings, after: ServiceSettings): string {
  const texts = [
    after.running === undefined ? undefined : `${running(before.running)} → ${running(after.running)}`,
    after.enabled === undefined ? undefined : `${enabled(before.enabled)} → ${enabled(after.enabled)}`,
  ];
  return texts.filter((text) => text !== undefined).join(', ');
}

function running(value: unknown): string {
  return value === true ? 'running' : 'stopped';
}

function enabled(value: unknown): string {
  return value === true ? 'enabled' : 'disabled';
}

/** The service is started before it is enabled, so a service that cannot start is not enabled either. */
function compile({ name, manager, after }: ServiceSet): readonly ProgramCommand[] {
  const verb = after.running === true ? 'start' : 'stop';
  const control = manager === 'systemd' ? ['systemctl', verb, name] : ['service', name, verb];
  // systemd must reload a unit file that is new or altered.
  const reload =
    manager === 'systemd' && after.running === true ? [{ argv: ['systemctl', 'daemon-reload'] }] : [];
  return [
    ...reload,
    ...(after.running === undefined ? [] : [{ argv: control }]),
    ...(after.enabled === undefined ? [] : enablers[manager](name, after.enabled)),
  ];
}

const enablers: Readonly<
  Record<ServiceManager, (name: string, isEnabled: boolean) => readonly ProgramCommand[]>
> = {
  systemd: (name, isEnabled) => [{ argv: ['systemctl', isEnabled ? 'enable' : 'disable', name] }],
  chkconfig: (name, isEnabled) => [{ argv: ['chkconfig', name, isEnabled ? 'on' : 'off'] }],
  'update-rc.d': (name, isEnabled) => [
    // A service without links must get them first. Existing links are left alone.
    { argv: ['update-rc.d', name, 'defaults'] },
    { argv: ['update-rc.d', name, isEnabled ? 'enable' : 'disable'] },
  ],
};

function judge({ name, before, after }: ServiceSet): readonly Verdict[] {
  return before.running === true && after.running === false && carriesNetwork(name)
    ? [{ seconds: FOREVER, reason: `service ${name} stops` }]
    : [];
}

function checkService({ name, before }: ServiceSet, service: Service): readonly string[] {
  return [
    ...(before.running === undefined
      ? []
      : compare(`service ${name}`, running(before.running), running(service.running))),
    ...(before.enabled === undefined
      ? []
      : compare(`service ${name}`, enabled(before.enabled), enabled(service.enabled))),
  ];
}

/** systemd considers most services started once they have a process. */
function isWatched({ manager, after }: ServiceSet): boolean {
  return manager === 'systemd' && after.running === true;
}

/** Seconds that a service must run. A wrong file or a port in use ends most services within one. */
const settled = 2;

/**
 * Passes as soon as it is clear whether the unit stays up; the survey afterwards tells the result. While systemd restarts the unit again and again it is not
 * clear, since the survey might see it between two failures.
 */
function staysUp(name: string): Probe {
  return {
    failure: `service ${name} does not stay up`,
    script: `unit=$(systemctl show -p ActiveState -p SubState -p ActiveEnterTimestampMonotonic -- ${quote(name)})
value() { printf '%s\\n' "$unit" | sed -n "s/^$1=//p"; }
echo "$(value ActiveState) ($(value SubState))"
case $(value ActiveState)/$(value SubState) in
  active/running) ;;
  active/* | inactive/* | failed/* | deactivating/*) exit 0 ;;
  *) exit 1 ;;
esac
read -r uptime rest < /proc/uptime
up=$((\${uptime%.*}\${uptime#*.} - $(value ActiveEnterTimestampMonotonic) / 10000))
# A container may have an uptime of its own, which tells nothing.
[ $up -lt 0 ] || [ $up -ge ${String(settled * 100)} ]`,
    isRequired: true,
  };
}
