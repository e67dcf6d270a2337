import * as z from 'zod';
import type { Link, LinkKind, LinkSettings, PortSettings, VlanPlace } from '../model/link.ts';
import { name, number, schemaOf, text, texts, word } from './shape.ts';

export const linkKind: z.ZodType<LinkKind> = z.enum([
  'ethernet',
  'bond',
  'bridge',
  'vlan',
  'tap',
  'loopback',
  'other',
]);

export const portSettingsSchema = schemaOf<PortSettings>()({
  options: z.exactOptional(texts),
  vlans: z.exactOptional(z.array(name)),
  entries: z.exactOptional(z.array(name)),
});

export const linkSchema = schemaOf<Link>()({
  name,
  kind: linkKind,
  up: z.boolean(),
  mtu: number,
  mac: text,
  macPinned: z.boolean(),
  controller: z.exactOptional(name),
  vlan: z.exactOptional(
    schemaOf<VlanPlace>()({
      parent: name,
      id: number,
      protocol: z.exactOptional(word),
      attributes: z.exactOptional(z.array(word)),
    }),
  ),
  options: z.exactOptional(texts),
  port: z.exactOptional(portSettingsSchema),
  vlans: z.exactOptional(z.array(name)),
  hasUnseenVlans: z.exactOptional(z.boolean()),
  type: z.exactOptional(text),
  lower: z.exactOptional(z.array(name)),
});

export const settingsSchema = schemaOf<LinkSettings>()({
  up: z.exactOptional(z.boolean()),
  mtu: z.exactOptional(number),
  mac: z.exactOptional(text),
  options: z.exactOptional(texts),
});
