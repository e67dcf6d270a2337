import { FactParseError } from '../errors.ts';
import type { Change } from '../model/change.ts';
import type { Fact } from '../model/fact.ts';
import { type KernelModule, moduleName, noModule } from '../model/kernel-module.ts';
import { quote } from '../model/shell-quote.ts';
import { linesOf } from './text.ts';

/** Asks whether a kernel module is loaded or loadable, and for its parameters. */
export function kernelModuleFact(name: string): Fact<KernelModule> {
  const own = moduleName(name);
  return {
    name: `module ${own}`,
    script: scriptFor(own),
    parse,
    after: (value, change) => after(own, value, change),
    // The number of users changes by itself, and a rollback never unloads a module.
    comparable: () => undefined,
    fake: ({ modules }) => modules.get(own) ?? noModule,
  };
}

function scriptFor(name: string): string {
  const folder = quote(`/sys/module/${name}`);
  const file = `/${name.replaceAll('_', '[-_]')}\\.ko`;
  return `
read -r kernel </proc/sys/kernel/osrelease
if [ -e ${folder}/initstate ]; then
  echo 'state loaded'
  read -r uses 2>/dev/null <${folder}/refcnt && echo "uses $uses"
  for link in /sys/class/net/*; do
    if [ "$link/device/driver/module" -ef ${folder} ]; then echo "link \${link##*/}"; fi
  done
  for parameter in ${folder}/parameters/*; do
    if value=$(cat "$parameter" 2>/dev/null); then printf 'parameter %s %s\\n' "\${parameter##*/}" "$value"; fi
  done
elif grep -qs ${quote(file)} "/lib/modules/$kernel/modules.builtin"; then
  echo 'state builtin'
elif grep -qs ${quote(`${file}[^ ]*:`)} "/lib/modules/$kernel/modules.dep"; then
  echo 'state loadable'
elif [ -d ${folder} ]; then
  echo 'state builtin'
else
  echo 'state missing'
fi
`;
}

function parse(output: string): KernelModule {
  const lines = linesOf(output);
  const state = states.find((candidate) => lines.includes(`state ${candidate}`));
  if (state === undefined)
    throw new FactParseError(`cannot read the answer about a module: ${JSON.stringify(output)}`);
  const parameters = lines.flatMap((line) => {
    const [, name, value = ''] = /^parameter (\S+)(?: (.*))?$/s.exec(line) ?? [];
    return name === undefined ? [] : [[name, value] as const];
  });
  const uses = lines.find((line) => /^uses \d+$/.test(line))?.slice(5) ?? '0';
  const links = lines.flatMap((line) => (line.startsWith('link ') ? [line.slice(5)] : []));
  return { state, parameters: Object.fromEntries(parameters), uses: Number(uses), links };
}

const states = ['loaded', 'builtin', 'loadable', 'missing'] as const;

function after(name: string, value: KernelModule, change: Change): KernelModule {
  if (change.kind !== 'module.load' && change.kind !== 'module.unload') return value;
  if (moduleName(change.name) !== name) return value;
  if (change.kind === 'module.unload') return { state: 'loadable', parameters: {}, uses: 0, links: [] };
  return { ...value, state: 'loaded', parameters: { ...value.parameters, ...change.parameters } };
}
