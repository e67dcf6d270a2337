import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ensureBridge, PlanError } from 'kvmplay';
import { ethernet, fakeHost } from 'kvmplay/testing';
import { networkManager } from '../../../src/backends/ifcfg/network-manager.ts';
import { eno3Addresses, eno3File, eno3Routes, ifcfg } from '../../tasks/support.ts';
import { runScript, shellRows } from '../../facts/shells.ts';

const breno3 = { name: 'breno3', ports: ['eno3'], takeover: 'eno3' } as const;

/** A CentOS 7 as installed. */
function hostWith(file: string, vars: Record<string, string> = {}) {
  return fakeHost({
    links: [ethernet('eno3')],
    addresses: eno3Addresses,
    routes: eno3Routes,
    files: { [ifcfg('eno3')]: file },
    managedLinks: ['eno3'],
    vars,
  });
}

describe('a link that NetworkManager has activated', () => {
  it('is refused, with the way out', async () => {
    const bridging = ensureBridge(hostWith(eno3File), breno3);

    await expect(bridging).rejects.toThrow(
      new PlanError(
        'NetworkManager has activated eno3 and would take it down at its next reload: release it first by ' +
          '`nmcli device set eno3 managed no` and NM_CONTROLLED=no in its ifcfg file, or set network_backend to none',
      ),
    );
  });

  it('is configured where its file keeps NetworkManager away already', async () => {
    const { changed } = await ensureBridge(hostWith(`${eno3File}NM_CONTROLLED=no\n`), breno3);

    expect(changed).toBe(true);
  });

  it('is configured where no file is to remember it', async () => {
    const host = hostWith(eno3File, { network_backend: 'none' });

    await ensureBridge(host, breno3);

    expect(host.files.get(ifcfg('eno3'))?.content).toBe(eno3File);
  });

  it('is no matter where nothing is to change', async () => {
    const host = fakeHost({
      links: [ethernet('eno3')],
      files: { [ifcfg('eno3')]: eno3File },
      platform: { networkServices: ['initscripts', 'NetworkManager'] },
    });

    await expect(ensureBridge(host, { name: 'br0', state: 'absent' })).resolves.toMatchObject({
      changed: false,
    });
  });
});

describe('the fact of NetworkManager', () => {
  it.each(shellRows)('says under %s that it does not run here', (_name, shell) => {
    const { stdout, code } = runScript(shell, networkManager.script);

    expect([networkManager.parse(stdout), code]).toEqual([{ runs: false, activated: [] }, 0]);
  });

  it.each(shellRows)('reads what it wrote about links under %s', (_name, shell) => {
    const root = mkdtempSync(join(tmpdir(), 'kvmplay-nm-'));
    const files = {
      'run/NetworkManager/NetworkManager.pid': '77\n',
      'proc/77/comm': 'NetworkManager\n',
      'run/NetworkManager/devices/2': '[device]\nmanaged=true\nconnection-uuid=aaaa-1\n',
      'run/NetworkManager/devices/3': '[device]\nmanaged=false\n',
      'run/NetworkManager/devices/4': '[device]\nmanaged=true\nconnection-uuid=bbbb-2\n',
      'run/NetworkManager/devices/5': '[device]\nmanaged=true\n',
      'run/NetworkManager/system-connections/br0.nmconnection':
        '[connection]\nid=br0\nuuid=bbbb-2\n\n[.nmmeta]\nnm-generated=true\n',
      'sys/class/net/eno3/ifindex': '2\n',
      'sys/class/net/eno4/ifindex': '3\n',
      'sys/class/net/br0/ifindex': '4\n',
      'sys/class/net/eno5/ifindex': '5\n',
    };
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), content);
    }
    const script = networkManager.script.replace(/(?<=["\s<])\/(run|proc|sys)\//g, `${root}/$1/`);

    const { stdout, code } = runScript(shell, script);
    rmSync(root, { recursive: true });

    expect([networkManager.parse(stdout), code]).toEqual([{ runs: true, activated: ['eno3'] }, 0]);
  });

  it('tells the links that it has activated', () => {
    expect(networkManager.parse('running\nactivated eno3\nactivated bond6\n')).toEqual({
      runs: true,
      activated: ['eno3', 'bond6'],
    });
  });
});
