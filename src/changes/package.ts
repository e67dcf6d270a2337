import * as z from 'zod';
import { packagesFact } from '../facts/index.ts';
import type { ProgramCommand } from '../model/command.ts';
import { carriesNetwork } from './carriers.ts';
import { FOREVER } from './course.ts';
import type { Drift, Family, Wait } from './kind.ts';
import { schemaOf, word } from './shape.ts';

export interface PackageInstall {
  readonly kind: 'package.install';
  readonly manager: PackageManager;
  readonly names: readonly string[];
}
export interface PackageRemove {
  readonly kind: 'package.remove';
  readonly manager: PackageManager;
  readonly names: readonly string[];
}

export type PackageManager = 'apt' | 'dnf' | 'yum' | 'zypper';

const manager: z.ZodType<PackageManager> = z.enum(['apt', 'dnf', 'yum', 'zypper']);
const names = z.array(word).min(1);

export const packageFamily: Family<PackageInstall | PackageRemove> = {
  'package.install': {
    schema: () => schemaOf<PackageInstall>()({ kind: z.literal('package.install'), manager, names }),
    describe: (change) => `+ ${describePackages(change.names)}`,
    inverse: () => undefined,
    compile: install,
    touches: () => ({}),
    drift: (change) => driftOf(change, true),
    needs: {
      waits: waitsFor,
      hints: () => ['if it is only a name that other packages provide, name one of those packages'],
      alone: true,
    },
  },
  'package.remove': {
    schema: () => schemaOf<PackageRemove>()({ kind: z.literal('package.remove'), manager, names }),
    describe: (change) => `- ${describePackages(change.names)}`,
    inverse: () => undefined,
    compile: remove,
    touches: () => ({}),
    judge: (change) =>
      change.names
        .filter(carriesNetwork)
        .map((name) => ({ seconds: FOREVER, reason: `package ${name} is removed` })),
    drift: (change) => driftOf(change, false),
    needs: { waits: waitsFor, alone: true },
  },
};

function describePackages(packages: readonly string[]): string {
  return `package${packages.length === 1 ? '' : 's'} ${packages.join(', ')}`;
}

/** Each call of a package manager may take that long. */
function waitsFor(change: PackageInstall | PackageRemove): readonly Wait[] {
  return [{ for: `${change.kind} ${change.names.join(' ')}`, seconds: 900 }];
}

/**
 * Configuration files that somebody edited stay as they are. Without an option apt-get takes unknown names for regular expressions, and hides dpkg's output
 * on a terminal of its own. dnf and yum wait for each other.
 */
function install({ manager: program, names: packages }: PackageInstall): readonly ProgramCommand[] {
  switch (program) {
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
            ...packages,
          ],
        },
      ];
    case 'zypper':
      return [
        {
          argv: ['zypper', '--non-interactive', '--quiet', 'install', ...packages],
          alsoDone: zypperInforms,
          busy,
        },
      ];
    case 'dnf':
    case 'yum':
      return [{ argv: [program, '-y', '-q', 'install', ...packages] }];
  }
}

/** dpkg and rpm remove only the named packages, and refuse if another package needs one of them. */
function remove({ manager: program, names: packages }: PackageRemove): readonly ProgramCommand[] {
  const argv =
    program === 'apt' ? ['dpkg', '--remove', ...packages] : ['rpm', '-e', '--allmatches', ...packages];
  return [{ argv, busy }];
}

/** Messages by which dpkg, rpm and zypper say that another package manager holds the lock; they do not wait for it. */
const busy = 'locked by\\|transaction lock on';

/** Exit codes of zypper after a successful installation: reboot needed, zypper itself replaced, a repository skipped, a script failed. */
const zypperInforms = [102, 103, 106, 107];

const apt = ['env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-y', '-q', '-o', 'DPkg::Lock::Timeout=120'];

function driftOf(change: PackageInstall | PackageRemove, isWanted: boolean): Drift {
  const fact = packagesFact(change.names);
  return {
    facts: [fact],
    // The packages may be as wanted already.
    check: () => [],
    missing: (answer) => {
      const { installed, unfinished } = answer(fact);
      return change.names
        .filter((name) =>
          isWanted ? !installed.has(name) : installed.has(name) || unfinished?.has(name) === true,
        )
        .map((name) => `package ${name} is ${isWanted ? 'not installed' : 'installed'}`);
    },
  };
}
