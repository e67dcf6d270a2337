import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  ensureFile,
  ensureKernelModule,
  ensureLines,
  ensurePackage,
  ensureService,
  ensureSysctl,
  type Host,
  play,
  type Play,
} from 'kvmplay';
import { inverseChanges, redoChanges } from '../../src/changes/recorded.ts';
import type { Lab } from '../../src/lab/index.ts';
import type { Change } from '../../src/model/change.ts';
import { makeBare, outcomes, ringLab, runOnLab, type LabRun } from './support/lab.ts';

const name = 'kvm1';
let lab: Lab;

beforeAll(async () => {
  lab = await ringLab();
  await makeBare(lab, [name]);
}, 60_000);

function playOf(title: string, run: (host: Host) => Promise<unknown>): Play {
  return play({
    name: title,
    hosts: name,
    run: async (host) => {
      await run(host as Host);
    },
  });
}

function doneIn({ events }: LabRun): readonly Change[] {
  return events.flatMap((event) => (event.type === 'change.done' ? [event.change] : []));
}

function costsOf({ summary }: LabRun): unknown {
  return summary.hosts.map(({ outcome, connections, execs }) => ({ outcome, connections, execs }));
}

async function undo(run: LabRun): Promise<LabRun> {
  const changes = inverseChanges(doneIn(run));
  return await runOnLab(lab, [
    playOf('undo', (host) =>
      host.perform(redoChanges(changes, { name: 'undo', origin: 'run 1' }), undefined),
    ),
  ]);
}

const baseline = playOf('baseline', (host) =>
  Promise.all([
    ensureKernelModule(host, { name: 'br_netfilter' }),
    ensureSysctl(host, { key: 'net.bridge.bridge-nf-call-iptables', value: 0 }),
    ensureSysctl(host, { key: 'net.ipv4.conf.all.rp_filter', value: 2 }),
    ensureSysctl(host, { key: 'net.ipv4.conf.eno3.rp_filter', value: 2 }),
    ensureFile(host, { path: "/etc/kvm play/it's $(new)", content: 'a\n$(b)\n', mode: '0640', group: 'adm' }),
    ensureFile(host, { path: '/etc/secret-key', content: 'token\n', secret: true, mode: '0600' }),
    ensureLines(host, { path: '/etc/edited', match: /^#?Root /, lines: ['Root no'] }),
  ]),
);

/** All that the play touches, to the byte, with mode, owner and group. */
const look = `cd /etc; for file in edited secret-key "kvm play/it's \\$(new)" sysctl.d/60-kvmplay.conf modules-load.d/br_netfilter.conf; do
  if [ -e "$file" ]; then stat -c '%n %a %U %G' "$file"; cat "$file"; else echo "no $file"; fi
done
cat /proc/sys/net/ipv4/conf/all/rp_filter /proc/sys/net/ipv4/conf/eno3/rp_filter`;

describe('generic tasks on a real kernel', () => {
  it('are done in one transaction, have nothing left to do, and are undone to the byte', async () => {
    await lab.read(
      name,
      "printf '#Root yes\\nother' > /etc/edited; chown daemon:adm /etc/edited; chmod 660 /etc/edited",
    );
    const before = await lab.read(name, look);

    const done = await runOnLab(lab, [baseline]);
    const idle = await runOnLab(lab, [baseline]);

    expect(outcomes(done)).toEqual(['kvm1 changed']);
    expect(costsOf(done)).toEqual([{ outcome: 'changed', connections: 2, execs: 4 }]);
    expect(costsOf(idle)).toEqual([{ outcome: 'ok', connections: 1, execs: 1 }]);
    const after = await lab.read(name, look);
    expect(after).toBe(`edited 660 daemon adm
Root no
other
secret-key 600 root root
token
kvm play/it's $(new) 640 root adm
a
$(b)
sysctl.d/60-kvmplay.conf 644 root root
net.bridge.bridge-nf-call-iptables = 0
net.ipv4.conf.all.rp_filter = 2
net.ipv4.conf.eno3.rp_filter = 2
modules-load.d/br_netfilter.conf 644 root root
br_netfilter
2
2
`);
    expect(await lab.read(name, 'cat /proc/sys/net/bridge/bridge-nf-call-iptables')).toBe('0\n');

    expect(outcomes(await undo(done))).toEqual(['kvm1 changed']);
    expect(await lab.read(name, look)).toBe(before);
  }, 120_000);

  it('change owner and mode in place, and give them back', async () => {
    await lab.read(name, 'echo x > /etc/owned; chmod 644 /etc/owned; chown root:root /etc/owned');
    const read = "stat -c '%a %U %G %i' /etc/owned; cat /etc/owned";
    const before = await lab.read(name, read);

    const done = await runOnLab(lab, [
      playOf('own', (host) =>
        ensureFile(host, { path: '/etc/owned', content: 'x\n', mode: '4750', owner: 'daemon', group: 'adm' }),
      ),
    ]);

    expect(outcomes(done)).toEqual(['kvm1 changed']);
    expect(await lab.read(name, read)).toMatch(/^4750 daemon adm \d+\nx\n$/);
    expect(outcomes(await undo(done))).toEqual(['kvm1 changed']);
    expect(await lab.read(name, read)).toBe(before);
  }, 120_000);

  it('leave the host as it was when the last of their files cannot be made', async () => {
    const done = await runOnLab(lab, [
      playOf('half', async (host) => {
        await ensureSysctl(host, { key: 'net.ipv4.conf.all.rp_filter', value: 1 });
        await ensureFile(host, { path: '/etc/for-nobody', content: 'x', owner: 'nobody-knows-me' });
      }),
    ]);

    expect(outcomes(done)[0]).toMatch(
      /^kvm1 failed: \/etc\/for-nobody of kvm1 cannot be written: .*nobody-knows-me.*nothing was changed/,
    );
    expect(await lab.read(name, 'ls /etc/for-nobody /etc/sysctl.d/60-kvmplay.conf 2>/dev/null; true')).toBe(
      '',
    );
  }, 60_000);

  it('ask for one more fact with one more exec when they are called one after the other', async () => {
    const run = await runOnLab(lab, [
      playOf('one by one', async (host) => {
        await ensureFile(host, { path: '/etc/one', state: 'absent' });
        await ensureFile(host, { path: '/etc/two', state: 'absent' });
      }),
    ]);

    expect(costsOf(run)).toEqual([{ outcome: 'ok', connections: 1, execs: 2 }]);
  }, 60_000);
});

/** An init script that keeps its state, and what it read of its file as it started, in /run. */
const initScript = `#!/bin/sh
### BEGIN INIT INFO
# Provides: demo
# Required-Start:
# Required-Stop:
# Default-Start: 2 3 4 5
# Default-Stop: 0 1 6
# Short-Description: demo
### END INIT INFO
case $1 in
  start) cat /etc/demo.conf > /run/demo 2>/dev/null || true > /run/demo ;;
  stop) rm -f /run/demo ;;
  status) [ -e /run/demo ] || exit 3 ;;
esac
`;

describe('ensureService with the scripts of init.d', () => {
  it('starts a service after the file that it reads is in place, enables it, and is undone', async () => {
    await lab.read(name, `cat > /etc/init.d/demo <<'END'\n${initScript}END\nchmod 755 /etc/init.d/demo`);
    const service = playOf('service', async (host) => {
      await ensureFile(host, { path: '/etc/demo.conf', content: 'set\n' });
      await ensureService(host, { name: 'demo' });
    });

    const done = await runOnLab(lab, [service]);
    const idle = await runOnLab(lab, [service]);

    expect(outcomes(done)).toEqual(['kvm1 changed']);
    expect(costsOf(done)).toEqual([{ outcome: 'changed', connections: 3, execs: 8 }]);
    expect(outcomes(idle)).toEqual(['kvm1 ok']);
    expect(await lab.read(name, 'cat /run/demo; ls /etc/rc2.d | grep demo')).toMatch(/^set\nS\d\ddemo\n$/);

    expect(outcomes(await undo(done))).toEqual(['kvm1 changed']);
    expect(await lab.read(name, 'ls /run/demo /etc/demo.conf /etc/rc2.d/S*demo 2>/dev/null; true')).toBe('');
  }, 120_000);
});

/** A mirror in a folder: one package, which brings a file and a script. */
const mirror = `set -e
rm -rf /var/mirror /tmp/build && mkdir -p /var/mirror /tmp/build/DEBIAN /tmp/build/etc/init.d
printf 'Package: kvmplay-demo\\nVersion: 1.0-1\\nArchitecture: all\\nMaintainer: lab <lab@localhost>\\nDescription: demo\\n' > /tmp/build/DEBIAN/control
printf '/etc/kvmplay-demo.conf\\n' > /tmp/build/DEBIAN/conffiles
printf 'pool a\\n' > /tmp/build/etc/kvmplay-demo.conf
dpkg-deb -b /tmp/build /var/mirror/kvmplay-demo.deb >/dev/null
cd /var/mirror
{ dpkg-deb -f kvmplay-demo.deb
  printf 'Filename: ./kvmplay-demo.deb\\nSize: %s\\nSHA256: %s\\n' "$(stat -c %s kvmplay-demo.deb)" "$(sha256sum kvmplay-demo.deb | cut -d' ' -f1)"
} > Packages
rm -rf /etc/apt/sources.list.d/* /etc/apt/sources.list
echo 'deb [trusted=yes] file:/var/mirror ./' > /etc/apt/sources.list`;

describe('ensurePackage with apt', () => {
  it('installs from a mirror, plans what follows on what came, and removes', async () => {
    await lab.read(name, mirror);
    const install = playOf('install', async (host) => {
      const { output } = await ensurePackage(host, { name: 'kvmplay-demo' });
      if (!host.checkMode && output.versions['kvmplay-demo'] !== '1.0-1') throw new Error('no version');
      const file = { path: '/etc/kvmplay-demo.conf', match: /^pool /, lines: ['pool b'] };
      await ensureLines(host, file);
    });

    const checked = await runOnLab(lab, [install], { checkMode: true });
    const done = await runOnLab(lab, [install]);
    const idle = await runOnLab(lab, [install]);
    const removed = await runOnLab(lab, [
      playOf('remove', (host) => ensurePackage(host, { name: 'kvmplay-demo', state: 'absent' })),
    ]);

    expect(outcomes(checked)).toEqual(['kvm1 changed']);
    expect(outcomes(done)).toEqual(['kvm1 changed']);
    expect(await lab.read(name, 'cat /etc/kvmplay-demo.conf')).toBe('pool b\n');
    expect(outcomes(idle)).toEqual(['kvm1 ok']);
    expect(outcomes(removed)).toEqual(['kvm1 changed']);
    expect(await lab.read(name, "dpkg-query -W -f '\${db:Status-Status}' kvmplay-demo")).toBe('config-files');
  }, 180_000);

  it('says what apt said about a package that no mirror has', async () => {
    const failed = await runOnLab(lab, [
      playOf('none', (host) => ensurePackage(host, { name: 'kvmplay-none' })),
    ]);

    expect(outcomes(failed)[0]).toMatch(
      /^kvm1 failed: \+ package kvmplay-none: .*Unable to locate package kvmplay-none/,
    );
    expect(failed.summary.hosts[0]).toMatchObject({ rollback: 'proved' });
  }, 120_000);
});
