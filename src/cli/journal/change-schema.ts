import * as z from 'zod';
import type { Change } from '../../model/change.ts';

const text = z.string();
const name = z.string().min(1);
const number = z.number();
const bits = z.number().int().min(0).max(0o7777);
const path = z.string().startsWith('/');
const texts = z.record(text, text);

const link = z.strictObject({
  name,
  kind: z.enum(['ethernet', 'bond', 'bridge', 'vlan', 'tap', 'loopback', 'other']),
  up: z.boolean(),
  mtu: number,
  mac: text,
  macPinned: z.boolean(),
  controller: name.optional(),
  vlan: z.strictObject({ parent: name, id: number }).optional(),
  options: texts.optional(),
});

const settings = z.strictObject({
  up: z.boolean().optional(),
  mtu: number.optional(),
  mac: text.optional(),
  options: texts.optional(),
});

const address = z.strictObject({
  link: name,
  address: name,
  broadcast: text.optional(),
  scope: text.optional(),
});

const route = z.strictObject({
  family: z.literal([4, 6]),
  destination: name,
  via: text.optional(),
  link: name.optional(),
  source: text.optional(),
  metric: number.optional(),
  table: text.optional(),
  scope: text.optional(),
  protocol: text.optional(),
  onlink: z.boolean().optional(),
  type: text.optional(),
});

const port = {
  port: name,
  controller: name,
  controllerKind: z.enum(['bond', 'bridge']),
  alone: z.strictObject({ up: z.boolean(), mtu: number }),
};

/** What programs take for an option begins with a dash. */
const word = z.string().regex(/^[^-\s]\S*$/);

/** It becomes a path below /proc/sys. */
const key = z.string().regex(/^(?!.*(^|[./])[./])[^\s]+$/);

const service = z.strictObject({ running: z.boolean().optional(), enabled: z.boolean().optional() });

const packages = {
  manager: z.enum(['apt', 'dnf', 'yum', 'zypper']),
  names: z.array(word).min(1),
};

const permissions = z.strictObject({ mode: bits.optional(), owner: word.optional(), group: word.optional() });

const file = {
  path,
  mode: bits,
  owner: word.optional(),
  group: word.optional(),
  secret: z.boolean().optional(),
};

/** A change as a file holds it. Data that a program wrote is checked like any other before it becomes commands. */
export const changeSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('link.create'), link }),
  z.strictObject({ kind: z.literal('link.delete'), link }),
  z.strictObject({
    kind: z.literal('link.update'),
    name,
    linkKind: link.shape.kind,
    before: settings,
    after: settings,
  }),
  z.strictObject({ kind: z.literal('port.add'), ...port }),
  z.strictObject({ kind: z.literal('port.remove'), ...port }),
  z.strictObject({ kind: z.literal('address.add'), address }),
  z.strictObject({ kind: z.literal('address.delete'), address }),
  z.strictObject({ kind: z.literal('route.add'), route }),
  z.strictObject({ kind: z.literal('route.delete'), route }),
  z.strictObject({ kind: z.literal('module.load'), name, parameters: texts }),
  z.strictObject({ kind: z.literal('module.unload'), name }),
  z.strictObject({ kind: z.literal('sysctl.set'), key, before: text, after: text }),
  z.strictObject({
    kind: z.literal('service.set'),
    name: word,
    manager: z.enum(['systemd', 'chkconfig', 'update-rc.d']),
    before: service,
    after: service,
  }),
  z.strictObject({ kind: z.literal('package.install'), ...packages }),
  z.strictObject({ kind: z.literal('package.remove'), ...packages }),
  z.strictObject({ kind: z.literal('file.write'), ...file, before: text.optional(), after: text }),
  z.strictObject({ kind: z.literal('file.update'), path, before: permissions, after: permissions }),
  z.strictObject({ kind: z.literal('file.delete'), ...file, before: text }),
  // What JSON holds has no `undefined` in it.
]) as unknown as z.ZodType<Change>;

/** The first thing that is wrong, as `hosts[0].changes[2].kind: Invalid input`. */
export function explainMismatch(error: z.ZodError): string {
  const [issue] = error.issues;
  if (issue === undefined) return 'it is empty';
  const place = issue.path
    .map((key, index) =>
      typeof key === 'number' ? `[${String(key)}]` : `${index === 0 ? '' : '.'}${String(key)}`,
    )
    .join('');
  return place === '' ? issue.message : `${place}: ${issue.message}`;
}
