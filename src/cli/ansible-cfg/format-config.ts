import { formatTable } from '../views/table.ts';
import type { AnsibleSetting } from './read-ansible-cfg.ts';
import { type ConfigValue, type TakenOver, toOptions } from './take-over.ts';

/** Writes a kvmplay.config.ts with the settings of an ansible.cfg. */
export function formatConfig(file: string, all: readonly TakenOver[]): string {
  const options = [...toOptions(all)].map(([name, value]) => `  ${name}: ${literal(value)},\n`);
  const lost = all.flatMap(({ setting, fate }) =>
    fate.kind === 'lost' ? [`  // ${file}:${setting.line} ${spell(setting)}: ${fate.reason}\n`] : [],
  );
  return `import { defineConfig } from 'kvmplay';

// Taken over from ${file}, which kvmplay does not read; see \`kvmplay config\`.
export default defineConfig({
${options.join('')}${lost.length > 0 && options.length > 0 ? '\n' : ''}${lost.join('')}});
`;
}

/** Reports for each line of an ansible.cfg how it was taken over. */
export function formatFates(file: string, all: readonly TakenOver[]): string {
  const rows = all.map(({ setting, fate }) => [String(setting.line), spell(setting), tell(fate)]);
  return formatTable(['LINE', file, 'kvmplay.config.ts'], rows);
}

function tell(fate: TakenOver['fate']): string {
  switch (fate.kind) {
    case 'taken':
      return [
        ...fate.options.map(([name, value]) => `${name}: ${literal(value)}`),
        ...(fate.remark === undefined ? [] : [fate.remark]),
      ].join('; ');
    case 'needless':
      return `not needed: ${fate.reason}`;
    case 'lost':
      return `NOT TAKEN OVER: ${fate.reason}`;
  }
}

function spell({ key, value }: AnsibleSetting): string {
  const isSecret = /pass|token|secret/.test(key) && !/_file$|ask_|prompt/.test(key);
  return `${key} = ${isSecret ? '********' : value}`;
}

function literal(value: ConfigValue): string {
  if (typeof value === 'string')
    return value.includes("'") ? JSON.stringify(value) : `'${value.replaceAll('\\', '\\\\')}'`;
  return typeof value === 'object' ? `[${value.map(literal).join(', ')}]` : String(value);
}
