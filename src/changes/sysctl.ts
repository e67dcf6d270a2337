import * as z from 'zod';
import { sysctlFact } from '../facts/index.ts';
import { sysctlPath } from '../model/sysctl.ts';
import { FOREVER, type Verdict } from './course.ts';
import type { Family } from './kind.ts';
import { schemaOf, text } from './shape.ts';
import { describeSetting } from './words.ts';

/** A setting below /proc/sys. Blanks between several values are single. */
export interface SysctlSet {
  readonly kind: 'sysctl.set';
  /** With dots, as sysctl(8) prints it: `net.ipv4.ip_forward`. */
  readonly key: string;
  readonly before: string;
  readonly after: string;
}

/** It becomes a path below /proc/sys. */
const keySchema = z.string().regex(/^(?!.*(^|[./])[./])[^\s]+$/);

export const sysctlFamily: Family<SysctlSet> = {
  'sysctl.set': {
    schema: () =>
      schemaOf<SysctlSet>()({ kind: z.literal('sysctl.set'), key: keySchema, before: text, after: text }),
    describe: ({ key, before, after }) => `~ sysctl ${describeSetting(key, before, after) ?? key}`,
    inverse: (change) => ({ ...change, before: change.after, after: change.before }),
    compile: ({ key, after }) => [{ value: after, to: sysctlPath(key) }],
    touches: () => ({}),
    judge,
    drift: ({ key, before }) => ({
      facts: [sysctlFact(key)],
      check: (answer) => {
        const current = answer(sysctlFact(key));
        return current === before ? [] : [`sysctl ${key} is ${current ?? 'not there'}, not ${before}`];
      },
    }),
  },
};

function judge({ key, after }: SysctlSet): readonly Verdict[] {
  const verdict = (reason: string): readonly Verdict[] => [{ seconds: FOREVER, reason }];
  if (/^net\.(ipv4\.ip_forward|ipv[46]\.conf\..+\.forwarding)$/.test(key) && after === '0')
    return verdict(`the host no longer forwards packets (${key})`);
  if (/^net\.bridge\.bridge-nf-call-(ip|ip6|arp)tables$/.test(key) && after !== '0')
    return verdict(`the firewall of the host may drop frames of guests (${key})`);
  if (/^net\.ipv4\.conf\..+\.rp_filter$/.test(key) && after === '1')
    return verdict(`packets that come in on another link than their answer goes out are dropped (${key})`);
  if (/^net\.ipv6\.conf\..+\.disable_ipv6$/.test(key) && after !== '0')
    return verdict(`the kernel removes IPv6 addresses (${key})`);
  return [];
}
