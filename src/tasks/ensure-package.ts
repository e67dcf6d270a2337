import * as z from 'zod';
import { PlanError } from '../errors.ts';
import { packagesFact, platform } from '../facts/index.ts';
import type { Change } from '../model/change.ts';
import { defineTask, type TaskFunction } from './define-task.ts';
import { fields, listOf, matching, type Shape, state } from './input/input.ts';
import { requireRoot } from './input/require-root.ts';

/** Desired state of packages. */
export interface DesiredPackage {
  /** One package, or several that are installed together, by their names in the host's package manager. */
  readonly name: string | readonly string[];
  /** `absent` removes the packages, and nothing else. Default: `present`, in any version. */
  readonly state?: 'present' | 'absent' | undefined;
}

/** The result of `ensurePackage`. */
export interface PackageOutput {
  /** Versions of installed packages by name. In check mode the version of a package to be installed is empty. */
  readonly versions: Readonly<Record<string, string>>;
}

const packageName = matching('the name of a package, such as "chrony"', (value) =>
  // apt-get removes a package whose name has a minus at the end.
  /^[A-Za-z0-9](?:[A-Za-z0-9+._:-]*[A-Za-z0-9+._:])?$/.test(value),
);

const schema = fields({
  name: z
    .union([packageName, listOf(packageName, 'names of packages')], {
      error: 'the name of a package, such as "chrony", or a list of them',
    })
    .transform((value): readonly string[] => (typeof value === 'string' ? [value] : value)),
  state,
} satisfies Shape<DesiredPackage>);

type PackageSpec = z.output<typeof schema>;
type PackageFacts = ReturnType<typeof factsFor>;

/**
 * Ensures that packages are installed or removed, by the host's apt, dnf, yum or zypper. apt is used if dpkg installed the system, zypper on SUSE, otherwise
 * the first of dnf, yum and zypper that exists.
 *
 * The database of dpkg or rpm tells whether they are installed; that needs no network. Installing needs a mirror and time, so it is a transaction of its own
 * with 15 extra minutes. Earlier changes are applied and confirmed first, and later tasks see what the package brought, such as its configuration file. No
 * rollback removes installed packages: the error names them. A busy package manager is waited for, at least two minutes.
 *
 * Give the name of a package, not one that packages provide: `vim-enhanced`, not `vim`.
 *
 * dpkg and rpm themselves remove packages. They refuse if another package needs one of them; a package manager would remove that package, too. To upgrade,
 * run the package manager by `host.exec`.
 *
 * Tested with apt 2.6, dnf 4.14, zypper 1.14 and rpm 4.18. The yum of EL7 is supported from its manual only, untested.
 *
 * @example
 * await ensurePackage(host, { name: 'chrony' });
 * await ensureLines(host, { path: '/etc/chrony.conf', match: /^pool /, lines: ['pool ntp.example.com iburst'] });
 * await ensureService(host, { name: 'chronyd' });
 *
 * @throws TaskInputError when a name is invalid.
 * @throws PlanError when the host has none of these package managers, or the login user is not root.
 */
export const ensurePackage: TaskFunction<DesiredPackage, PackageSpec, PackageFacts, PackageOutput> =
  defineTask({
    name: 'ensurePackage',
    schema,
    check: ({ name }) =>
      name.length === 0 ? 'name is empty, it should be the name of a package' : undefined,
    facts: factsFor,
    subject: ({ name }) => name.join(', '),
    plan: (
      { name, state: wanted },
      { platform: host, packages: { manager, installed, unfinished } },
      { name: hostName },
    ) => {
      const isWanted = wanted === 'present';
      const names = name.filter((one) =>
        isWanted ? !installed.has(one) : installed.has(one) || unfinished?.has(one) === true,
      );
      if (names.length === 0) return requireRoot([], { platform: host });
      if (manager === undefined) throw new PlanError(`${hostName} has none of apt, dnf, yum and zypper`);
      const change: Change = { kind: isWanted ? 'package.install' : 'package.remove', manager, names };
      return requireRoot([change], { platform: host });
    },
    output: ({ name }, { packages: { installed } }) => ({
      versions: Object.fromEntries(
        name.flatMap((one) => {
          const version = installed.get(one);
          return version === undefined ? [] : [[one, version]];
        }),
      ),
    }),
  });

function factsFor({ name }: PackageSpec) {
  return { platform, packages: packagesFact(name) };
}
