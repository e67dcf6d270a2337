import { FactParseError } from '../errors.ts';
import type { Fact } from '../model/fact.ts';
import { quote } from '../model/shell-quote.ts';
import { sysctlBroughtBy, sysctlPath, sysctlValue } from '../model/sysctl.ts';

/** The value of a kernel setting. Undefined if the kernel lacks the setting, or does not have it yet. */
export function sysctlFact(key: string): Fact<string | undefined> {
  const path = quote(sysctlPath(key));
  return {
    name: `sysctl ${key}`,
    script: `if [ -f ${path} ]; then echo value; cat ${path}; else echo missing; fi`,
    parse: (output) => {
      const [word, ...lines] = output.split('\n');
      if (word === 'missing') return undefined;
      if (word === 'value') return sysctlValue(lines.join('\n'));
      throw new FactParseError(`cannot read the answer about sysctl ${key}: ${JSON.stringify(output)}`);
    },
    fake: ({ sysctls }) => sysctls.get(key),
    after: (value, change) => {
      if (change.kind === 'sysctl.set' && change.key === key) return change.after;
      if (change.kind === 'module.load') return value ?? sysctlBroughtBy(change.name, key);
      if (change.kind === 'module.unload' && sysctlBroughtBy(change.name, key) !== undefined)
        return undefined;
      return value;
    },
  };
}
