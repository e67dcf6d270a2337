import * as z from 'zod';
import { rules } from '../facts/index.ts';
import { isSameRule, linksOfRule } from '../model/kernel.ts';
import type { RoutingRule } from '../model/link.ts';
import { quote } from '../model/shell-quote.ts';
import { BLIP, type Course, FOREVER, type Verdict } from './course.ts';
import { ip } from './ip.ts';
import type { Drift, Family } from './kind.ts';
import { number, schemaOf, text } from './shape.ts';
import { checkPresence } from './words.ts';

export interface RuleAdd {
  readonly kind: 'rule.add';
  readonly rule: RoutingRule;
}
export interface RuleDelete {
  readonly kind: 'rule.delete';
  readonly rule: RoutingRule;
}

const ruleSchema = schemaOf<RoutingRule>()({ family: z.literal([4, 6]), priority: number, words: text });

export const ruleFamily: Family<RuleAdd | RuleDelete> = {
  'rule.add': {
    schema: () => schemaOf<RuleAdd>()({ kind: z.literal('rule.add'), rule: ruleSchema }),
    describe: ({ rule }) => `+ ${describeRule(rule)}`,
    inverse: ({ rule }) => ({ kind: 'rule.delete', rule }),
    compile: ({ rule }) => [{ ...command('add', rule), unless: isThere(rule) }],
    touches: ({ rule }) => ({ addresses: linksOfRule(rule) }),
    drift: ({ rule }) => driftOf(rule, false),
  },
  'rule.delete': {
    schema: () => schemaOf<RuleDelete>()({ kind: z.literal('rule.delete'), rule: ruleSchema }),
    describe: ({ rule }) => `- ${describeRule(rule)}`,
    inverse: ({ rule }) => ({ kind: 'rule.add', rule }),
    compile: ({ rule }) => [{ ...command('delete', rule), unless: `! ${isThere(rule)}` }],
    touches: ({ rule }) => ({ addresses: linksOfRule(rule) }),
    judge: ({ rule }, course) => [judge(rule, course)],
    drift: ({ rule }) => driftOf(rule, true),
  },
};

function describeRule({ family, priority, words }: RoutingRule): string {
  return `rule ${priority} ${words}${family === 6 ? ' (IPv6)' : ''}`;
}

function command(verb: 'add' | 'delete', { family, priority, words }: RoutingRule): ReturnType<typeof ip> {
  return ip(`-${String(family)}`, 'rule', verb, 'priority', String(priority), ...words.split(' '));
}

/** A test of sh. The kernel marks a rule whose link is gone, so marks are taken out before the lines are compared. */
function isThere({ family, priority, words }: RoutingRule): string {
  const list = `ip -${String(family)} rule show 2>/dev/null | sed -e 's/ \\[[a-z]*\\]//g' -e 's/[[:space:]]*$//'`;
  return `${list} | grep -qxe ${quote(`${priority}:\t${words}`)}`;
}

function judge(rule: RoutingRule, { changes }: Course): Verdict {
  const isReplaced = changes.some(
    (change) => change.kind === 'rule.add' && change.rule.priority === rule.priority,
  );
  return isReplaced
    ? { seconds: BLIP, reason: `${describeRule(rule)} is replaced` }
    : { seconds: FOREVER, reason: `${describeRule(rule)} is removed` };
}

function driftOf(rule: RoutingRule, isWanted: boolean): Drift {
  return {
    facts: [rules],
    check: (answer) =>
      checkPresence(
        describeRule(rule),
        isWanted,
        answer(rules).some((other) => isSameRule(other, rule)),
      ),
  };
}
