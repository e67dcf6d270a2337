import { describe, expect, it } from '@jest/globals';
import { ensureBridge, ensureFile } from 'kvmplay';
import { ethernet, fakeHost } from 'kvmplay/testing';
import type { Change } from '../../src/model/change.ts';
import { formatDiff } from '../../src/reporters/file-diff.ts';
import { withoutSecrets } from '../../src/reporters/private-files.ts';
import { eno3Addresses, eno3File, eno3Routes, ifcfg } from '../tasks/support.ts';

async function diffOf(changes: readonly Change[]): Promise<string> {
  const lines = changes.map((change) => formatDiff(change, { files: true, commands: false }, (text) => text));
  return (await Promise.all(lines)).flat().join('\n');
}

describe('a file that only its owner may read', () => {
  it('is shown where a backend wrote it, but for the keys that are secret', async () => {
    const content = `${eno3File}WPA_PSK="correct horse"\n`;
    const host = fakeHost({
      links: [ethernet('eno3')],
      addresses: eno3Addresses,
      routes: eno3Routes,
      files: { [ifcfg('eno3')]: { content, mode: 0o600 } },
    });

    await ensureBridge(host, { name: 'breno3', ports: ['eno3'], takeover: 'eno3' });

    const diff = await diffOf(host.changes);
    expect(diff).toContain('BRIDGE=breno3');
    expect(diff).toContain('WPA_PSK=********');
    expect(diff + JSON.stringify(host.changes.map(withoutSecrets))).not.toContain('horse');
    expect(diff).not.toContain('content differs');
  });

  it.each<[string, boolean | undefined, boolean]>([
    ['is not shown where the playbook says nothing', undefined, false],
    ['is not shown where the playbook calls it secret', true, false],
    ['is shown where the playbook says that it is not secret', false, true],
  ])('%s', async (_case, secret, isShown) => {
    const host = fakeHost();

    await ensureFile(host, { path: '/etc/x', content: 'token\n', mode: '0600', secret });

    expect((await diffOf(host.changes)).includes('token')).toBe(isShown);
  });
});
