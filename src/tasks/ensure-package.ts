import * as z from 'zod';
import { PlanError } from '../errors.ts';
import { packagesFact, platform } from '../facts/index.ts';
import type { Change } from '../model/change.ts';
import { defineTask, type TaskFunction } from './define-task.ts';
import { fields, listOf, matching, type Shape, state } from './input/input.ts';
import { requireRoot } from './input/require-root.ts';

/** Packages as `ensurePackage` shall make them. */
export interface DesiredPackage {
  /** One name, or several that are installed together, as the package manager of the host has them. */
  readonly name: string | readonly string[];
  /** `absent` removes them, and nothing else. Default: `present`, in any version. */
  readonly state?: 'present' | 'absent' | undefined;
}

/** What `ensurePackage` returns. */
export interface PackageOutput {
  /** Versions by name, of those that are installed; empty in check mode for one that would be. */
  readonly versions: Readonly<Record<string, string>>;
}

const packageName = matching('the name of a package, such as "chrony"', (value) =>
  // To apt-get a name with a minus behind it is one to remove.
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
 * Ensures that packages are installed, or are not, with apt, dnf, yum or zypper, whichever the host has: apt where dpkg
 * has installed the system, zypper on SUSE, otherwise the first of dnf, yum and zypper that is there.
 *
 * Whether they are is looked up in the database of dpkg or rpm, without network. Installing needs a mirror and time, so it
 * is a transaction of its own with 15 minutes more: what was planned before is made and confirmed first, and what comes
 * after is planned on what the package brought, such as its configuration file. No rollback takes packages back: the error
 * names those that stay. A package manager that is busy is waited for, at least two minutes.
 *
 * A name is that of a package, and not one that packages provide: `vim-enhanced`, not `vim`.
 *
 * Removing is done by dpkg and rpm themselves, which refuse when another package needs one of these, where a package
 * manager would remove that, too. To upgrade, run the package manager by `host.exec`.
 *
 * Tested with apt 2.6, dnf 4.14, zypper 1.14 and rpm 4.18; the yum of EL7 is known from its manual only.
 *
 * @example
 * await ensurePackage(host, { name: 'chrony' });
 * await ensureLines(host, { path: '/etc/chrony.conf', match: /^pool /, lines: ['pool ntp.example.com iburst'] });
 * await ensureService(host, { name: 'chronyd' });
 *
 * @throws TaskInputError when a name is none.
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
