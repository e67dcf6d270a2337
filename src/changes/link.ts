import * as z from 'zod';
import type { Link, LinkKind, LinkSettings } from '../model/link.ts';
import { probesOf, waitsOf } from './controller-needs.ts';
import {
  BLIP,
  type Course,
  FOREVER,
  isUsed,
  lacpDelay,
  type NetworkState,
  stpDelay,
  type Verdict,
} from './course.ts';
import type { Family } from './kind.ts';
import { createLink, deleteLink, updateLink } from './link-commands.ts';
import { driftOfDoomed, driftOfNew, driftOfUpdate } from './link-drift.ts';
import { linkKind, linkSchema, settingsSchema } from './link-schemas.ts';
import { describeLink, describeLinkPlace, describeUpdate } from './link-words.ts';
import { name, schemaOf } from './shape.ts';

export interface LinkCreate {
  readonly kind: 'link.create';
  readonly link: Link;
}
export interface LinkDelete {
  readonly kind: 'link.delete';
  readonly link: Link;
}
export interface LinkUpdate {
  readonly kind: 'link.update';
  readonly name: string;
  readonly linkKind: LinkKind;
  readonly before: LinkSettings;
  readonly after: LinkSettings;
}

export const linkFamily: Family<LinkCreate | LinkDelete | LinkUpdate> = {
  'link.create': {
    schema: () => schemaOf<LinkCreate>()({ kind: z.literal('link.create'), link: linkSchema }),
    describe: ({ link }) => `+ ${describeLink(link)}`,
    inverse: ({ link }) => ({ kind: 'link.delete', link }),
    compile: ({ link }) => createLink(link),
    touches: ({ link }) => ({ frames: [link.name] }),
    drift: ({ link }) => driftOfNew(link),
    needs: {
      probes: ({ link }) => probesOf(link.name, link.kind),
      waits: ({ link }, { after }) => waitsOf(link.name, after),
    },
  },
  'link.delete': {
    schema: () => schemaOf<LinkDelete>()({ kind: z.literal('link.delete'), link: linkSchema }),
    describe: ({ link }) => `- ${describeLinkPlace(link)}`,
    inverse: ({ link }) => ({ kind: 'link.create', link }),
    compile: ({ link }) => deleteLink(link),
    touches: ({ link }) => ({ frames: [link.name] }),
    judge: ({ link }, course) => judgeDelete(link, course),
    drift: ({ link }) => driftOfDoomed(link),
  },
  'link.update': {
    schema: () =>
      schemaOf<LinkUpdate>()({
        kind: z.literal('link.update'),
        name,
        linkKind,
        before: settingsSchema,
        after: settingsSchema,
      }),
    describe: (change) => `~ ${describeUpdate(change)}`,
    inverse: (change) => ({ ...change, before: change.after, after: change.before }),
    compile: updateLink,
    touches: (change) => ({ frames: [change.name] }),
    judge: judgeUpdate,
    drift: driftOfUpdate,
    needs: {
      probes: (change) => probesOf(change.name, change.linkKind),
      waits: (change, { after }) => waitsOf(change.name, after),
    },
  },
};

/** Links on top of it were removed before, unless they are deleted with it. */
function judgeDelete({ name }: Link, { now, after }: Course): readonly Verdict[] {
  if (!isUsed(name, now)) return [];
  return after.links.has(name)
    ? [{ seconds: BLIP, reason: `${name} is created again` }]
    : [{ seconds: FOREVER, reason: `${name} is in use and is removed` }];
}

function judgeUpdate({ name, before: was, after: will }: LinkUpdate, course: Course): readonly Verdict[] {
  const { before, after } = course;
  if (!isUsed(name, before)) return [];
  const verdicts: Verdict[] = [];
  if (was.up === true && will.up === false) {
    verdicts.push(
      after.links.get(name)?.up === false
        ? { seconds: FOREVER, reason: `${name} goes down` }
        : { seconds: BLIP, reason: `${name} goes down and up` },
    );
  }
  const alters = (option: string): boolean => was.options?.[option] !== will.options?.[option];
  if (alters('mode')) verdicts.push(judgeMode(name, after));
  if (alters('primary')) verdicts.push({ seconds: BLIP, reason: `${name} may change its active port` });
  if (alters('stp_state') && will.options?.['stp_state'] !== '0') {
    verdicts.push({ seconds: stpDelay(name, after), reason: `STP of ${name} is turned on` });
  }
  if (alters('vlan_filtering') && will.options?.['vlan_filtering'] !== '0') {
    verdicts.push({
      seconds: FOREVER,
      reason: `${name} begins to filter VLANs: tagged frames are dropped until its ports carry their VLANs`,
    });
  }
  return verdicts;
}

function judgeMode(name: string, after: NetworkState): Verdict {
  const mode = after.links.get(name)?.options?.['mode'] ?? '';
  const reason = `the mode of ${name} becomes ${mode}`;
  return mode === '802.3ad'
    ? { seconds: lacpDelay(name, after), reason: `${reason}, which negotiates first` }
    : { seconds: BLIP, reason };
}
