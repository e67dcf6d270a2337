import { buildInventory } from '../../../src/inventory/index.ts';
import type { RunEvent, RunSummary } from '../../../src/engine/events.ts';
import type { Play } from '../../../src/engine/fleet/play.ts';
import type { PackageManager } from '../../../src/changes/package.ts';
import { run } from '../../../src/run.ts';
import { needProgram } from '../../support/packages.ts';
import { transportTo } from './host.ts';
import { prepareMachine } from './machine.ts';
import { startSshd } from './sshd.ts';

/** A system of its own over this machine's files, with an sshd, a package manager and a mirror; what it writes is gone with it. */
export interface PackageHost {
  /** What a shell command prints there; throws when it does not end with 0. */
  read(command: string): Promise<string>;
  run(plays: readonly Play[], options?: { readonly checkMode?: boolean }): Promise<PackageRun>;
  stop(): Promise<void>;
}

export interface PackageRun {
  readonly summary: RunSummary;
  readonly events: readonly RunEvent[];
}

/** What these tests need of the machine, besides what all tests of this ring do. */
export async function preparePackageManagers(): Promise<void> {
  await prepareMachine();
  await needProgram('/usr/bin/rpmbuild', 'rpm');
  await needProgram('/usr/bin/dnf', 'dnf');
  await needProgram('/usr/bin/zypper', 'zypper');
  await needProgram('/usr/bin/createrepo_c', 'createrepo-c');
}

/**
 * A mount namespace whose root is an overlay: upper layer and /run are in memory. Its processes end with it, since they
 * have a process namespace of their own, and there is no ping, so that the probes of a change leave the network alone.
 */
const overlay = `set -e
mount -t tmpfs none /mnt
mkdir /mnt/upper /mnt/work /mnt/root
mount -t overlay overlay -o lowerdir=/,upperdir=/mnt/upper,workdir=/mnt/work /mnt/root
cd /mnt/root
for folder in dev sys; do mount --rbind /$folder $folder; done
mount -t proc none proc
mount -t tmpfs none run
mkdir run/sshd
mkdir -p ".$1" var/mirror
mount --bind "$1" ".$1"
rm -f bin/ping
shift
exec chroot . "$@"`;

export async function startPackageHost(manager: PackageManager): Promise<PackageHost> {
  const sshd = await startSshd({
    inside: (directory) => [
      ...['unshare', '--mount', '--pid', '--fork', '--kill-child=SIGKILL'],
      ...['sh', '-c', overlay, 'overlay', directory],
    ],
  });
  const transport = transportTo(sshd, 'root');
  const read = async (command: string): Promise<string> => {
    const connection = await transport.connect();
    try {
      const { stdout, stderr, code } = await connection.exec(command, { timeout: 60_000 });
      if (code !== 0) throw new Error(`${String(code)}: ${stderr}`);
      return stdout;
    } finally {
      await connection.close();
    }
  };
  await read(manager === 'apt' ? debianMirror : rpmMirror(manager));

  return {
    read,
    async run(plays, options) {
      const events: RunEvent[] = [];
      const summary = await run({
        plays,
        inventory: await buildInventory({ kvm: { hosts: { kvm1: {} } } }),
        transportFor: () => transport,
        reporters: [{ onEvent: (event) => void events.push(event) }],
        ...options,
      });
      return { summary, events };
    },
    stop: () => sshd.stop(),
  };
}

interface DemoPackage {
  readonly name: string;
  readonly version?: string;
  readonly needs?: string;
  readonly provides?: string;
  /** What runs before its files come, after they came, and before they go. */
  readonly before?: string;
  readonly after?: string;
  readonly leaving?: string;
}

const demoPackages: readonly DemoPackage[] = [
  { name: 'kvmplay-demo', provides: 'demo-provided' },
  { name: 'kvmplay-other', version: '2.0' },
  { name: 'kvmplay-user', needs: 'kvmplay-demo' },
  { name: 'kvmplay-lonely', needs: 'kvmplay-nowhere' },
  { name: 'kvmplay-refused', before: 'echo no room >&2; exit 1' },
  { name: 'kvmplay-unfinished', after: 'echo no key >&2; exit 1' },
  { name: 'kvmplay-staying', leaving: 'echo in use >&2; exit 1' },
  { name: 'kvmplay-slow', after: 'touch /run/slow; until [ -e /run/go ]; do sleep 0.1; done' },
];

/** A mirror in a folder, instead of what this machine's apt knows. */
const debianMirror = `set -e
cd /var/mirror
${demoPackages.map(toDeb).join('')}rm -rf /etc/apt/sources.list.d/* /etc/apt/sources.list
for file in *.deb; do
  dpkg-deb -f $file
  printf 'Filename: ./%s\\nSize: %s\\nSHA256: %s\\n\\n' $file "$(stat -c %s $file)" "$(sha256sum $file | cut -d' ' -f1)"
done > Packages
echo 'deb [trusted=yes] file:/var/mirror ./' > /etc/apt/sources.list
`;

function toDeb({ name, version = '1.0', needs, provides, before, after, leaving }: DemoPackage): string {
  const control = [
    `Package: ${name}`,
    `Version: ${version}-1`,
    'Architecture: all',
    'Maintainer: lab <lab@localhost>',
    'Description: demo',
    ...(needs === undefined ? [] : [`Depends: ${needs}`]),
    ...(provides === undefined ? [] : [`Provides: ${provides}`]),
  ];
  const scripts = { preinst: before, postinst: after, prerm: leaving };
  return `mkdir -p tree/DEBIAN tree/etc
echo 'pool a' > tree/etc/${name}.conf
cat > tree/DEBIAN/control <<'END'
${control.join('\n')}
END
echo /etc/${name}.conf > tree/DEBIAN/conffiles
${Object.entries(scripts)
  .filter(([, script]) => script !== undefined)
  .map(
    ([file, script]) =>
      `printf '#!/bin/sh\\n%s\\n' '${script ?? ''}' > tree/DEBIAN/${file}; chmod 755 tree/DEBIAN/${file}\n`,
  )
  .join('')}dpkg-deb -b tree ${name}.deb >/dev/null
rm -r tree
`;
}

/** Files of os-release, as those systems have them. */
const releases: Readonly<Record<Exclude<PackageManager, 'apt'>, readonly string[]>> = {
  dnf: ['NAME="AlmaLinux"', 'VERSION_ID="9.4"', 'ID="almalinux"', 'ID_LIKE="rhel centos fedora"'],
  yum: ['NAME="CentOS Linux"', 'VERSION_ID="8"', 'ID="centos"', 'ID_LIKE="rhel fedora"'],
  zypper: ['NAME="openSUSE Leap"', 'VERSION_ID="15.5"', 'ID="opensuse-leap"', 'ID_LIKE="suse opensuse"'],
};

/**
 * A system whose packages are rpm's: dpkg and apt are there, as Fedora has them, but have installed nothing; dnf is there
 * where zypper is the system's own, as openSUSE has it. The rpm of Debian is told where its database is elsewhere.
 */
function rpmMirror(manager: Exclude<PackageManager, 'apt'>): string {
  const packages = [...demoPackages, { name: 'kvmplay-demo', version: '1.1' }];
  return `set -e
: > /var/lib/dpkg/status
cat > /etc/os-release <<'END'
${releases[manager].join('\n')}
END
${manager === 'yum' ? 'ln -s dnf-3 /usr/bin/yum; rm /usr/bin/dnf' : ''}
mkdir -p /etc/rpm /etc/yum.repos.d /etc/zypp/repos.d /var/specs
echo '%_dbpath /var/lib/rpm' > /etc/rpm/macros
cd /var/specs
${packages.map(toSpec).join('')}${toSpec({ name: 'system', provides: '/bin/sh, system-release = 9' })}
rpmbuild -bb --quiet --define '_topdir /var/specs' --define '_rpmdir /var/mirror' *.spec
rpm -i /var/mirror/noarch/system-1.0-1.noarch.rpm 2>/dev/null
createrepo_c -q /var/mirror
printf '[demo]\\nname=demo\\nbaseurl=file:///var/mirror\\nenabled=1\\ngpgcheck=0\\n' | tee /etc/yum.repos.d/demo.repo > /etc/zypp/repos.d/demo.repo
`;
}

function toSpec({ name, version = '1.0', needs, provides, before, after, leaving }: DemoPackage): string {
  const scripts = { '%pre': before, '%post': after, '%preun': leaving };
  return `cat > ${name}-${version}.spec <<'END'
Name: ${name}
Version: ${version}
Release: 1
Summary: demo
License: none
BuildArch: noarch
${needs === undefined ? '' : `Requires: ${needs}\n`}${provides === undefined ? '' : `Provides: ${provides}\n`}
%description
demo
%install
mkdir -p %{buildroot}/etc
echo 'pool a' > %{buildroot}/etc/${name}.conf
${Object.entries(scripts)
  .flatMap(([section, script]) => (script === undefined ? [] : [`${section}\n${script}\n`]))
  .join('')}
%files
%config(noreplace) /etc/${name}.conf
END
`;
}
