import * as z from 'zod';
import { PlanError } from '../errors.ts';
import { platform, type Service, serviceFact } from '../facts/index.ts';
import type { ServiceSettings } from '../changes/service.ts';
import { defineTask, type TaskFunction } from './define-task.ts';
import { fields, matching, type Shape } from './input/input.ts';
import { requireRoot } from './input/require-root.ts';

/** Desired state of a service. */
export interface DesiredService {
  /** Service name, such as `chronyd`. With systemd also an alias, or another kind of unit, such as `fstrim.timer`. */
  readonly name: string;
  /** Whether the service runs now. Default: `true`. */
  readonly running?: boolean | 'unchanged' | undefined;
  /** Whether the service starts at boot. Default: `true`. */
  readonly enabled?: boolean | 'unchanged' | undefined;
}

/** The result of `ensureService`. */
export interface ServiceOutput {
  /** Whether the service runs. */
  readonly running: boolean;
}

const choice = z
  .union([z.boolean(), z.literal('unchanged')], { error: "true, false or 'unchanged'" })
  .default(true);

const schema = fields({
  name: matching('the name of a service, such as "chronyd"', (value) => /^[\w@:.\\][\w@:.\\-]*$/.test(value)),
  running: choice,
  enabled: choice,
} satisfies Shape<DesiredService>);

type ServiceSpec = z.output<typeof schema>;
type ServiceFacts = ReturnType<typeof factsFor>;

/**
 * Ensures that a service is running or stopped, and enabled or disabled at boot. It uses systemd, or scripts in /etc/init.d with service and chkconfig or
 * update-rc.d.
 *
 * A service reads its files when it starts, so files of earlier tasks are put in place first, in a transaction of their own. One of them may be the unit:
 * systemd reads units anew before it starts one. This task never restarts a service; do that where its files change.
 *
 * With systemd, a started service must run for two seconds. If it dies, or systemd restarts it again and again, the change is rolled back, and `systemctl
 * status` tells why it died.
 *
 * @example
 * const conf = await ensureFile(host, { path: '/etc/chrony.conf', content: 'pool ntp.example.com iburst\n' });
 * const chrony = await ensureService(host, { name: 'chronyd' });
 * if (conf.changed && !chrony.changed) await host.exec('systemctl restart chronyd');
 *
 * @throws TaskInputError when a field is wrong.
 * @throws PlanError when the service does not exist, is masked, or cannot be enabled (static).
 * @see systemctl(1)
 */
export const ensureService: TaskFunction<DesiredService, ServiceSpec, ServiceFacts, ServiceOutput> =
  defineTask({
    name: 'ensureService',
    schema,
    facts: factsFor,
    subject: ({ name }) => name,
    plan: (desired, { platform: host, service }, { name: hostName }) => {
      const { name } = desired;
      const { manager } = service;
      const wantsNothing = desired.running !== true && desired.enabled !== true;
      if (manager === undefined || service.existence === 'missing') {
        if (wantsNothing) return requireRoot([], { platform: host });
        throw new PlanError(`${hostName} has no service ${name}`);
      }
      refuseFixed(desired, service);
      refuseLostAlias(desired, service);
      const { before, after } = differing(desired, service);
      const changes =
        Object.keys(after).length === 0
          ? []
          : // By the name that stays: an alias goes when its unit is disabled, and could not be started again.
            [{ kind: 'service.set' as const, name: service.unit ?? name, manager, before, after }];
      return requireRoot(changes, { platform: host });
    },
    output: (_, { service }) => ({ running: service.running }),
  });

function factsFor({ name }: ServiceSpec) {
  return { platform, service: serviceFact(name) };
}

function refuseFixed({ name, running, enabled: wanted }: ServiceSpec, { enabled }: Service): void {
  if (enabled === 'masked' && (running === true || wanted === true))
    throw new PlanError(`service ${name} is masked: \`systemctl unmask ${name}\` lets it start`);
  if (enabled === 'fixed' && wanted === true) {
    throw new PlanError(
      `service ${name} cannot be enabled, other units start it (static): enabled should be 'unchanged'`,
    );
  }
}

function refuseLostAlias({ name, running, enabled: wanted }: ServiceSpec, { unit, enabled }: Service): void {
  if (unit !== undefined && running === true && wanted === false && enabled === true) {
    throw new PlanError(
      `${name} is an alias of service ${unit} and is removed when that is disabled: name should be ${unit}`,
    );
  }
}

function differing(
  { running, enabled }: ServiceSpec,
  service: Service,
): { readonly before: ServiceSettings; readonly after: ServiceSettings } {
  const runs = running !== 'unchanged' && running !== service.running;
  const boots =
    enabled !== 'unchanged' && typeof service.enabled === 'boolean' && enabled !== service.enabled;
  return {
    before: {
      ...(runs && { running: service.running }),
      ...(boots && { enabled: service.enabled }),
    },
    after: { ...(runs && { running }), ...(boots && { enabled }) },
  };
}
