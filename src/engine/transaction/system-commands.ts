import type { PackageInstall, PackageRemove, ServiceSet } from '../../model/change.ts';
import type { ProgramCommand, RuntimeChange } from './commands.ts';

/** Started before it is enabled, so that one that cannot start is not enabled either. */
export function setService({ name, manager, after }: ServiceSet): readonly ProgramCommand[] {
  const { running, enabled } = after;
  const verb = running === true ? 'start' : 'stop';
  const control = manager === 'systemd' ? ['systemctl', verb, name] : ['service', name, verb];
  // A unit file that is new or another than before is not what systemd knows.
  const reload = manager === 'systemd' && running === true ? [{ argv: ['systemctl', 'daemon-reload'] }] : [];
  return [
    ...reload,
    ...(running === undefined ? [] : [{ argv: control }]),
    ...(enabled === undefined ? [] : enablers[manager](name, enabled)),
  ];
}

const enablers: Readonly<
  Record<ServiceSet['manager'], (name: string, enabled: boolean) => readonly ProgramCommand[]>
> = {
  systemd: (name, enabled) => [{ argv: ['systemctl', enabled ? 'enable' : 'disable', name] }],
  chkconfig: (name, enabled) => [{ argv: ['chkconfig', name, enabled ? 'on' : 'off'] }],
  'update-rc.d': (name, enabled) => [
    // Without any link there is nothing to enable; where there are some this leaves them alone.
    { argv: ['update-rc.d', name, 'defaults'] },
    { argv: ['update-rc.d', name, enabled ? 'enable' : 'disable'] },
  ],
};

/** Seconds that installing or removing packages may take besides the usual time of a transaction. */
const packageSeconds = 900;

/** Why a host may not be as planned although all of these changes were made: what is left to do, as sentences. */
export function hintsFor(changes: readonly RuntimeChange[], left: readonly string[]): readonly string[] {
  const ended = changes.flatMap((change) =>
    change.kind === 'service.set' &&
    change.manager === 'systemd' &&
    left.some((sentence) => sentence.includes(` service ${change.name} stopped → running`))
      ? [`\`systemctl status ${change.name}\` tells why it does not run`]
      : [],
  );
  return changes.some(({ kind }) => kind === 'package.install')
    ? [...ended, 'if it is only a name that other packages provide, name one of those packages']
    : ended;
}

/** How much longer than usual changes may take. */
export function extraSeconds(changes: readonly { readonly kind: string }[]): number {
  return changes.filter(({ kind }) => kind.startsWith('package.')).length * packageSeconds;
}

/**
 * Configuration files that somebody edited stay as they are. apt-get takes a name that it does not know for a regular
 * expression, unless it is told not to, and hides what dpkg says on a terminal of its own. dnf and yum wait for each other.
 */
export function installPackages({ manager, names }: PackageInstall): readonly ProgramCommand[] {
  switch (manager) {
    case 'apt':
      return [
        { argv: [...apt, 'update'] },
        {
          argv: [
            ...apt,
            '-o',
            'Dpkg::Use-Pty=0',
            '-o',
            'APT::Cmd::Pattern-Only=true',
            '-o',
            'Dpkg::Options::=--force-confdef',
            '-o',
            'Dpkg::Options::=--force-confold',
            'install',
            ...names,
          ],
        },
      ];
    case 'zypper':
      return [
        {
          argv: ['zypper', '--non-interactive', '--quiet', 'install', ...names],
          alsoDone: zypperInforms,
          busy,
        },
      ];
    case 'dnf':
    case 'yum':
      return [{ argv: [manager, '-y', '-q', 'install', ...names] }];
  }
}

/** By dpkg and rpm themselves: they remove what is named and nothing else, and refuse when something needs it. */
export function removePackages({ manager, names }: PackageRemove): readonly ProgramCommand[] {
  const argv = manager === 'apt' ? ['dpkg', '--remove', ...names] : ['rpm', '-e', '--allmatches', ...names];
  return [{ argv, busy }];
}

/** What dpkg, rpm and zypper say instead of waiting when another package manager is at work. */
const busy = 'locked by\\|transaction lock on';

/** Reboot needed, zypper itself replaced, a repository skipped, a script after installation failed: the packages are there. */
const zypperInforms = [102, 103, 106, 107];

const apt = ['env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-y', '-q', '-o', 'DPkg::Lock::Timeout=120'];
