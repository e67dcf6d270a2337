import { FactParseError } from '../errors.ts';
import type { Change } from '../model/change.ts';
import type { PackageManager } from '../changes/package.ts';
import type { Fact } from '../model/fact.ts';
import type { Packages } from '../model/packages.ts';
import { quote } from '../model/shell-quote.ts';
import { linesOf } from './text.ts';

/** Asks which of these packages are installed, by the database of dpkg or rpm. No network is used. */
export function packagesFact(names: readonly string[]): Fact<Packages> {
  const asked = [...new Set(names)].sort();
  return {
    name: ['packages', ...asked].join(' '),
    script: scriptFor(asked),
    parse,
    after: (value, change) => after(asked, value, change),
    // No rollback removes a package.
    comparable: () => undefined,
    fake: ({ packages }) => packages,
    lasting: (before, now) => lasting(asked, before, now),
  };
}

function scriptFor(names: readonly string[]): string {
  return `
if command -v apt-get >/dev/null && command -v dpkg-query >/dev/null && [ -s /var/lib/dpkg/status ]; then
  echo 'manager apt'
  for name in ${names.map(quote).join(' ')}; do
    dpkg-query -W -f='dpkg \${Status} \${Version}\\n' "$name" 2>/dev/null | while read -r word want flag status version; do
      case $status in
        installed) echo "installed $name $version"; break ;;
        not-installed|config-files) ;;
        *) echo "unfinished $name"; break ;;
      esac
    done
  done
else
  managers='dnf yum zypper'
  if command -v zypper >/dev/null && grep -qsi suse /etc/os-release; then managers=zypper; fi
  for manager in $managers; do
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
  const unfinished = new Set<string>();
  let manager: PackageManager | undefined;
  for (const line of linesOf(output)) {
    const [word, name = '', version = ''] = line.split(' ');
    // Several versions of one package may be installed, such as kernels. The last one listed is the newest.
    if (word === 'installed') installed.set(name, version);
    else if (word === 'unfinished') unfinished.add(name);
    else if (word === 'manager') manager = managers.find((candidate) => candidate === name);
    else throw new FactParseError(`cannot read a line about packages: ${JSON.stringify(line)}`);
  }
  return {
    ...(manager !== undefined && { manager }),
    installed,
    ...(unfinished.size > 0 && { unfinished }),
  };
}

function after(asked: readonly string[], value: Packages, change: Change): Packages {
  if (change.kind !== 'package.install' && change.kind !== 'package.remove') return value;
  const installed = new Map(value.installed);
  const unfinished = new Set(value.unfinished);
  for (const name of change.names) {
    unfinished.delete(name);
    if (change.kind === 'package.remove') installed.delete(name);
    else if (asked.includes(name) && !installed.has(name)) installed.set(name, '');
  }
  const { unfinished: _before, ...rest } = value;
  return { ...rest, installed, ...(unfinished.size > 0 && { unfinished }) };
}

function lasting(asked: readonly string[], before: Packages, now: Packages): readonly string[] {
  return asked.flatMap((name) => {
    const [was, is] = [stateOf(name, before), stateOf(name, now)];
    return was === is ? [] : [`package ${name} is ${is}`];
  });
}

function stateOf(name: string, { installed, unfinished }: Packages): string {
  if (unfinished?.has(name) === true) return 'unpacked and not configured';
  return installed.has(name) ? 'installed' : 'removed';
}
