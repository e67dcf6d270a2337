import { describe, expect, it } from '@jest/globals';
import { ensureAddress, ensureBond, ensureBridge } from 'kvmplay';
import type { ConfigFile } from '../../src/model/config-file.ts';
import { bridge, ethernet, fakeHost } from 'kvmplay/testing';
import { eno3Addresses, eno3File, eno3Routes, ifcfg } from './support.ts';

function latin1(content: string): ConfigFile {
  return { content, mode: 0o644, flaw: { is: 'is not UTF-8', legible: true } };
}

const unreadable: ConfigFile = { content: '', mode: 0, flaw: { is: 'is not readable', legible: false } };
const links = [ethernet('eno3'), ethernet('eno4'), ethernet('eno5'), bridge('br6')];

describe('a file that is no UTF-8 text', () => {
  it('keeps nobody from configuring other links', async () => {
    const host = fakeHost({
      links,
      addresses: eno3Addresses,
      routes: eno3Routes,
      files: {
        [ifcfg('eno3')]: eno3File,
        [ifcfg('eno9')]: latin1('# M\uFFFDller\nDEVICE=eno9\n'),
        '/etc/modprobe.d/local.conf': unreadable,
      },
    });

    const { changed } = await ensureBridge(host, { name: 'breno3', ports: ['eno3'], takeover: 'eno3' });

    expect(changed).toBe(true);
    expect(host.files.get(ifcfg('eno9'))?.content).toContain('\uFFFD');
  });

  it.each<[string, Record<string, string | ConfigFile>, string]>([
    [
      'is refused where it would be edited',
      { [ifcfg('eno3')]: latin1(`# M\uFFFDller\n${eno3File}`) },
      `${ifcfg('eno3')} is not UTF-8: it should be UTF-8 text before kvmplay edits it`,
    ],
    [
      'is refused where a value of it is relied upon',
      { [ifcfg('eno3')]: latin1(`${eno3File}DOMAIN=m\uFFFDller.ch\n`) },
      `${ifcfg('eno3')}:12: DOMAIN is not UTF-8`,
    ],
    [
      'is refused where it may be that of the link',
      { [ifcfg('uplink')]: unreadable },
      `${ifcfg('uplink')} is not readable: it should be a text file that kvmplay can read`,
    ],
  ])('%s', async (_case, files, message) => {
    const host = fakeHost({ links, addresses: eno3Addresses, routes: eno3Routes, files });

    const bridging = ensureBridge(host, { name: 'breno3', ports: ['eno3'], takeover: 'eno3' });

    await expect(bridging).rejects.toThrow(message);
  });

  it('is refused where it may set options of bonds, and only for a bond', async () => {
    const host = fakeHost({ links, files: { '/etc/modprobe.d/local.conf': unreadable } });

    await ensureAddress(host, { link: 'eno3', addresses: ['10.0.0.1/24'] });

    await expect(ensureBond(host, { name: 'bond6', mode: 1, ports: ['eno4', 'eno5'] })).rejects.toThrow(
      '/etc/modprobe.d/local.conf is not readable',
    );
  });
});
