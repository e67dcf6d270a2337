import { FactParseError } from '../errors.ts';
import type { Change, PackageManager } from '../model/change.ts';
import type { Fact } from '../model/fact.ts';
import { quote } from '../model/shell-quote.ts';
import { linesOf } from './text.ts';

/** Which of some packages a host has. */
export interface Packages {
  /** Absent: the host has none of those that kvmplay knows. */
  readonly manager?: PackageManager;
  /** Versions by name, of those that are installed; empty while it is only planned. */
  readonly installed: ReadonlyMap<string, string>;
}

/** Which of these packages are installed, as the database of dpkg or rpm has it; nothing is asked of a network. */
export function packagesFact(names: readonly string[]): Fact<Packages> {
  const asked = [...new Set(names)].sort();
  return {
    name: ['packages', ...asked].join(' '),
    script: scriptFor(asked),
    parse,
    after: (value, change) => after(asked, value, change),
    // No rollback takes a package back.
    comparable: () => undefined,
  };
}

function scriptFor(names: readonly string[]): string {
  return `
if command -v apt-get >/dev/null && command -v dpkg-query >/dev/null; then
  echo 'manager apt'
  for name in ${names.map(quote).join(' ')}; do
    dpkg-query -W -f='dpkg \${Status} \${Version}\\n' "$name" 2>/dev/null | while read -r word want flag status version; do
      [ "$status" != installed ] || { echo "installed $name $version"; break; }
    done
  done
else
  for manager in dnf yum zypper; do
    if command -v $manager >/dev/null; then echo "manager $manager"; break; fi
  done
  command -v rpm >/dev/null || exit 0
  for name in ${names.map(quote).join(' ')}; do
    if version=$(rpm -q --qf '%{VERSION}-%{RELEASE}\\n' "$name" 2>/dev/null); then
      for one in $version; do echo "installed $name $one"; done
    fi
  done
fi
true
`;
}

const managers: readonly PackageManager[] = ['apt', 'dnf', 'yum', 'zypper'];

function parse(output: string): Packages {
  const installed = new Map<string, string>();
  let manager: PackageManager | undefined;
  for (const line of linesOf(output)) {
    const [word, name = '', version = ''] = line.split(' ');
    // Of several versions of one package, such as a kernel's, the last one is the youngest.
    if (word === 'installed') installed.set(name, version);
    else if (word === 'manager') manager = managers.find((candidate) => candidate === name);
    else throw new FactParseError(`a line about packages is unknown: ${JSON.stringify(line)}`);
  }
  return { ...(manager !== undefined && { manager }), installed };
}

function after(asked: readonly string[], value: Packages, change: Change): Packages {
  if (change.kind !== 'package.install' && change.kind !== 'package.remove') return value;
  const installed = new Map(value.installed);
  for (const name of change.names) {
    if (change.kind === 'package.remove') installed.delete(name);
    else if (asked.includes(name) && !installed.has(name)) installed.set(name, '');
  }
  return { ...value, installed };
}
