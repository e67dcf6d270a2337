import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ensurePackage, type DesiredPackage, play } from 'kvmplay';
import type { Change } from '../../src/model/change.ts';
import type { PackageManager } from '../../src/changes/package.ts';
import { type PackageHost, preparePackageManagers, startPackageHost } from './support/package-host.ts';

beforeAll(preparePackageManagers, 180_000);

interface Expectations {
  /** What a second operator types. */
  readonly install: string;
  readonly remove: string;
  readonly unknown: string;
  readonly refused: readonly string[];
  readonly needed: string;
}

const rpmNeeded = 'kvmplay-demo is needed by (installed) kvmplay-user-1.0-1.noarch';

const expectations: Readonly<Record<PackageManager, Expectations>> = {
  apt: {
    install: 'apt-get -y install',
    remove: 'dpkg --remove',
    unknown: 'E: Unable to locate package kvmplay-none',
    refused: [
      'no room',
      'new kvmplay-refused package pre-installation script subprocess returned error exit status 1',
    ],
    needed: 'kvmplay-user depends on kvmplay-demo.',
  },
  dnf: {
    install: 'dnf -y install',
    remove: 'rpm -e',
    unknown: 'Error: Unable to find a match: kvmplay-none',
    refused: ['Error in PREIN scriptlet in rpm package kvmplay-refused'],
    needed: rpmNeeded,
  },
  // That of CentOS 8, which is dnf by another name: Debian has no yum 3.
  yum: {
    install: 'yum -y install',
    remove: 'rpm -e',
    unknown: 'Error: Unable to find a match: kvmplay-none',
    refused: [],
    needed: rpmNeeded,
  },
  zypper: {
    install: 'zypper --non-interactive install',
    remove: 'rpm -e',
    unknown: "No provider of 'kvmplay-none' found.",
    refused: ['no room', 'error: %prein(kvmplay-refused-1.0-1.noarch) scriptlet failed, exit status 1'],
    needed: rpmNeeded,
  },
};

const nothing = { outcome: 'ok', connections: 1, execs: 1 };
const done = { outcome: 'changed', connections: 2, execs: 4 };

async function runOn(host: PackageHost, desired: DesiredPackage, options: { checkMode?: boolean } = {}) {
  const packages = play({
    name: 'packages',
    hosts: 'all',
    run: async (target) => {
      await ensurePackage(target, desired);
    },
  });
  const { summary, events } = await host.run([packages], options);
  const [{ outcome, connections, execs, error } = {}] = summary.hosts;
  return {
    costs: { outcome, connections, execs },
    message: error?.message,
    details: error?.details ?? [],
    changes: events.flatMap((event): Change[] => (event.type === 'change.done' ? [event.change] : [])),
  };
}

/** What the databases hold of the packages of these tests, and the files that those bring. */
const look = `{ rpm -qa; dpkg-query -W; ls /etc/kvmplay-*; } 2>/dev/null | grep kvmplay; true`;

describe.each(Object.entries(expectations))(
  'ensurePackage with %s',
  (name, { install, remove, unknown, refused, needed }) => {
    const manager = name as PackageManager;
    let host: PackageHost;
    beforeAll(async () => {
      host = await startPackageHost(manager);
    }, 60_000);
    afterAll(() => host.stop());

    const itOf = (...managers: readonly PackageManager[]) => (managers.includes(manager) ? it : undefined);

    it('foretells, installs together, has nothing left to do, and removes', async () => {
      const names = ['kvmplay-demo', 'kvmplay-other'];
      const before = await host.read(look);

      const foretold = await runOn(host, { name: names }, { checkMode: true });
      const untouched = await host.read(look);
      const installed = await runOn(host, { name: names });
      const there = await host.read('cat /etc/kvmplay-demo.conf /etc/kvmplay-other.conf');
      const idle = await runOn(host, { name: names });
      const removed = await runOn(host, { name: [...names, 'kvmplay-none'], state: 'absent' });
      const idleAgain = await runOn(host, { name: names, state: 'absent' });

      expect(foretold.costs).toEqual({ ...nothing, outcome: 'changed' });
      expect(untouched).toBe(before);
      expect(installed.costs).toEqual(done);
      expect(installed.changes).toEqual([{ kind: 'package.install', manager, names }]);
      expect(there).toBe('pool a\npool a\n');
      expect([idle.costs, idle.changes]).toEqual([nothing, []]);
      expect(removed.costs).toEqual(done);
      expect(removed.changes).toEqual([{ kind: 'package.remove', manager, names }]);
      expect([idleAgain.costs, idleAgain.changes]).toEqual([nothing, []]);
    }, 60_000);

    it('says which package no mirror has, and installs none of the others', async () => {
      const { message, details } = await runOn(host, { name: ['kvmplay-other', 'kvmplay-none'] });

      expect(message).toMatch(
        /^\+ packages kvmplay-other, kvmplay-none: `.*` ended with \d+; kvm1 is as before$/,
      );
      expect(details).toContain(unknown);
    }, 60_000);

    itOf('apt', 'dnf', 'zypper')?.(
      'says why a package cannot be installed',
      async () => {
        const { message, details } = await runOn(host, { name: 'kvmplay-refused' });

        expect(message).toMatch(/^\+ package kvmplay-refused: `.*` ended with \d+; kvm1 is as before$/);
        expect(details).toEqual(expect.arrayContaining([...refused]));
      },
      60_000,
    );

    itOf('zypper')?.(
      'says what cannot be solved',
      async () => {
        const { details } = await runOn(host, { name: 'kvmplay-lonely' });

        expect(details).toContain(
          'Problem: nothing provides kvmplay-nowhere needed by kvmplay-lonely-1.0-1.noarch',
        );
      },
      60_000,
    );

    itOf('apt', 'dnf')?.(
      'removes nothing that another package needs',
      async () => {
        await host.read(`${install} kvmplay-user`);

        const { message, details } = await runOn(host, { name: 'kvmplay-demo', state: 'absent' });

        expect(message).toMatch(/^- package kvmplay-demo: `.*` ended with \d+; kvm1 is as before$/);
        expect(details).toContain(needed);
        await host.read(`${remove} kvmplay-user kvmplay-demo`);
      },
      60_000,
    );

    itOf('apt', 'dnf', 'zypper')?.(
      'says what may be wrong with a name that another package provides',
      async () => {
        const { message, details } = await runOn(host, { name: ['kvmplay-other', 'demo-provided'] });

        expect(message).toBe(
          'the host is not as planned after the change; kvm1 is as before, but package kvmplay-other is installed',
        );
        expect(details).toEqual([
          'ensurePackage kvmplay-other, demo-provided would still: + package demo-provided',
          'if it is only a name that other packages provide, name one of those packages',
        ]);
        await host.read(`${remove} kvmplay-demo kvmplay-other`);
      },
      60_000,
    );

    /** A run while somebody else installs, who is done once a file of the transaction tells that it waits. */
    async function runBusy(desired: DesiredPackage, waits: string) {
      await host.read(`rm -f /run/slow /run/go; setsid ${install} kvmplay-slow </dev/null >/dev/null 2>&1 &
until [ -e /run/slow ]; do sleep 0.1; done`);
      const [made] = await Promise.all([
        runOn(host, desired).finally(() => host.read('touch /run/go')),
        host.read(
          `until [ -e /run/go ] || grep -qs '${waits}' /run/kvmplay/*/std*; do sleep 0.1; done; touch /run/go`,
        ),
      ]);
      return made;
    }

    itOf('apt', 'zypper')?.(
      'waits with installing for a second operator',
      async () => {
        const { message, costs } = await runBusy(
          { name: 'kvmplay-other' },
          'Waiting for cache lock\\|System management is locked',
        );

        expect([message, costs]).toEqual([undefined, done]);
        await host.read(`${remove} kvmplay-slow kvmplay-other`);
      },
      60_000,
    );

    itOf('apt', 'dnf')?.(
      'waits with removing for a second operator',
      async () => {
        await host.read(`${install} kvmplay-other`);

        const { message, costs } = await runBusy(
          { name: 'kvmplay-other', state: 'absent' },
          'locked by\\|transaction lock on',
        );

        expect([message, costs]).toEqual([undefined, done]);
      },
      60_000,
    );

    itOf('apt')?.(
      'takes no name for a regular expression',
      async () => {
        const { message, details } = await runOn(host, { name: 'kvmplay.other' });

        expect(message).toMatch(/kvm1 is as before$/);
        expect(details).toContain('E: Unable to locate package kvmplay.other');
      },
      60_000,
    );

    itOf('apt')?.(
      'says what stays of a package that cannot be configured, and removes it',
      async () => {
        const { message, details } = await runOn(host, { name: 'kvmplay-unfinished' });
        const removed = await runOn(host, { name: 'kvmplay-unfinished', state: 'absent' });

        expect(message).toMatch(
          /; kvm1 is as before, but package kvmplay-unfinished is unpacked and not configured$/,
        );
        expect(details).toContain('no key');
        expect(removed.costs).toEqual(done);
      },
      60_000,
    );

    itOf('dnf', 'zypper')?.(
      'installs a package whose script fails once its files are there',
      async () => {
        const { message, costs } = await runOn(host, { name: 'kvmplay-unfinished' });

        expect([message, costs]).toEqual([undefined, done]);
      },
      60_000,
    );

    itOf('dnf')?.(
      'removes all versions of a package',
      async () => {
        await host.read('rpm -i --oldpackage /var/mirror/noarch/kvmplay-demo-1.*.rpm');

        const { message, costs } = await runOn(host, { name: 'kvmplay-demo', state: 'absent' });

        expect([message, costs]).toEqual([undefined, done]);
      },
      60_000,
    );
  },
);
