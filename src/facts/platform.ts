import { FactParseError } from '../errors.ts';
import type { Change } from '../model/change.ts';
import type { Fact } from '../model/fact.ts';
import type {
  Distribution,
  ModuleState,
  NetworkModule,
  NetworkService,
  Platform,
} from '../model/platform.ts';
import { toolNames } from '../model/tools.ts';
import { linesOf } from './text.ts';

/** Paths below `/lib/modules/RELEASE/kernel`, and paths that exist once the module is loaded. */
const modulePlaces: Readonly<Record<NetworkModule, { file: string; signs: string }>> = {
  bonding: { file: 'drivers/net/bonding/bonding.ko', signs: '/sys/class/net/bonding_masters' },
  '8021q': { file: 'net/8021q/8021q.ko', signs: '/proc/net/vlan' },
  bridge: { file: 'net/bridge/bridge.ko', signs: '/sys/module/bridge' },
};

const moduleCalls = Object.entries(modulePlaces).map(
  ([name, { file, signs }]) => `module ${name} ${file} ${signs}`,
);

/**
 * Module files may lie elsewhere (updates/, extra/). A module that is not at its usual place is therefore looked up in modules.dep, at the price of a
 * process.
 */
const script = `
read -r kernel </proc/sys/kernel/osrelease
read -r hostname </proc/sys/kernel/hostname
printf 'kernel %s\\nhostname %s\\n' "$kernel" "$hostname"
if [ ! -r /etc/os-release ] && read -r release 2>/dev/null </etc/redhat-release; then
  printf 'release %s\\n' "$release"
fi
grep -shE '^(ID|VERSION_ID|NAME|PRETTY_NAME)=|^Uid:|^[^ ]+ /(usr)? ' /etc/os-release /proc/self/status /proc/mounts
for tool in ${toolNames.join(' ')}; do
  if command -v $tool >/dev/null; then echo "tool $tool"; fi
done
if command -v ip >/dev/null; then ip -V 2>&1; fi
module() {
  if [ -e "/sys/module/$1" ] || [ -e "$3" ]; then
    echo "module $1 present"
    return
  fi
  for file in "/lib/modules/$kernel/kernel/$2"*; do
    if [ -e "$file" ]; then
      echo "module $1 loadable"
      return
    fi
  done
  if grep -qs "/$1\\.ko[^ ]*:" "/lib/modules/$kernel/modules.dep"; then
    echo "module $1 loadable"
  else
    echo "module $1 missing"
  fi
}
${moduleCalls.join('\n')}
[ ! -e /etc/sysconfig/network-scripts/ifup-eth ] || echo 'service initscripts'
for file in /etc/netplan/*.yaml; do
  if [ -e "$file" ]; then
    echo 'service netplan'
    break
  fi
done
if [ -e /etc/network/interfaces ] && command -v ifreload >/dev/null; then
  echo 'service ifupdown2'
elif [ -e /etc/network/interfaces ] && command -v ifup >/dev/null; then
  echo 'service ifupdown'
fi
if [ -d /run/systemd/system ]; then
  echo systemd
  for state in $(systemctl is-active NetworkManager systemd-networkd 2>/dev/null); do
    echo "daemon $state"
  done
fi
`;

/** Distribution, kernel, tools, modules and network services. */
export const platform: Fact<Platform> = {
  name: 'platform',
  script,
  parse,
  after,
  // A rollback does not unload modules.
  comparable: ({ modules: _modules, ...rest }) => rest,
  fake: (state) => state.platform,
};

function after(value: Platform, change: Change): Platform {
  if (change.kind !== 'module.load' || !(change.name in value.modules)) return value;
  return { ...value, modules: { ...value.modules, [change.name]: 'present' } };
}

function parse(output: string): Platform {
  const lines = linesOf(output);
  const valuesOf = (key: string) =>
    lines.filter((line) => line.startsWith(`${key} `)).map((line) => line.slice(key.length + 1));
  const [kernel] = valuesOf('kernel');
  if (kernel === undefined) throw new FactParseError('the kernel does not report its release');

  const ipVersion = ipVersionOf(lines);
  const networkRoot = networkRootOf(lines);
  return {
    distribution: distributionOf(lines, valuesOf('release')[0]),
    kernel,
    hostname: valuesOf('hostname')[0] ?? '',
    isRoot: lines.some((line) => /^Uid:\s+\d+\s+0\s/.test(line)),
    tools: toolNames.filter((tool) => lines.includes(`tool ${tool}`)),
    ...(ipVersion !== undefined && { ipVersion }),
    modules: {
      bonding: moduleState(lines, 'bonding'),
      '8021q': moduleState(lines, '8021q'),
      bridge: moduleState(lines, 'bridge'),
    },
    networkServices: servicesOf(valuesOf('service'), valuesOf('daemon')),
    systemdRuns: lines.includes('systemd'),
    ...(networkRoot !== undefined && { networkRoot }),
  };
}

function distributionOf(lines: readonly string[], release: string | undefined): Distribution {
  if (release !== undefined) return redHatOf(release);
  const valueOf = (key: string) =>
    unquoted(lines.find((line) => line.startsWith(`${key}=`))?.slice(key.length + 1));
  const id = valueOf('ID') ?? 'linux';
  return { id, version: valueOf('VERSION_ID') ?? '', name: valueOf('PRETTY_NAME') ?? valueOf('NAME') ?? id };
}

/** EL6 has no os-release: `CentOS release 6.10 (Final)`. */
function redHatOf(release: string): Distribution {
  const [, version = ''] = / release (\d[\d.]*)/.exec(release) ?? [];
  const id = release.startsWith('Red Hat') ? 'rhel' : (release.split(' ')[0] ?? '').toLowerCase();
  return { id, version, name: release };
}

/** Values of os-release are quoted as in sh. */
function unquoted(text: string | undefined): string | undefined {
  return text?.replace(/^(["'])(.*)\1$/, '$2').replace(/\\(.)/g, '$1');
}

/** `ip utility, iproute2-6.1.0, libbpf 1.1.2`, `ip utility, iproute2-ss170501` */
function ipVersionOf(lines: readonly string[]): string | undefined {
  return lines
    .map((line) => /^ip utility, iproute2-([^,\s]+)/.exec(line)?.[1])
    .find((version) => version !== undefined);
}

function moduleState(lines: readonly string[], name: NetworkModule): ModuleState {
  if (lines.includes(`module ${name} present`)) return 'present';
  return lines.includes(`module ${name} loadable`) ? 'loadable' : 'missing';
}

const serviceNames: readonly NetworkService[] = [
  'initscripts',
  'NetworkManager',
  'systemd-networkd',
  'netplan',
  'ifupdown',
  'ifupdown2',
];

/** `systemctl is-active` answers in the order of its arguments. */
function servicesOf(installed: readonly string[], daemons: readonly string[]): readonly NetworkService[] {
  const [networkManager, networkd] = daemons;
  const running = new Set(installed);
  if (networkManager === 'active') running.add('NetworkManager');
  if (networkd === 'active') running.add('systemd-networkd');
  return serviceNames.filter((name) => running.has(name));
}

const networkTypes = /^(nfs|cifs|smb|ceph|glusterfs|fuse\.(glusterfs|ceph|sshfs)|9p|afs)/;

/** `server:/root / nfs4 rw,relatime 0 0`; the last mount on a place is the one that is seen. */
function networkRootOf(lines: readonly string[]): string | undefined {
  const mounts = lines.map((line) => line.split(' ')).filter((words) => words.length >= 4);
  const typeOf = (place: string) => mounts.filter((words) => words[1] === place).at(-1)?.[2];
  return [typeOf('/'), typeOf('/usr')].find((type) => type !== undefined && networkTypes.test(type));
}
