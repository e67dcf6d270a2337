import { describe, expect, it } from '@jest/globals';
import { runPlay } from 'kvmplay/testing';
import hostBaseline from '../../playbooks/host-baseline.ts';

describe('host-baseline', () => {
  it('sets kernel and files, keeps guests out of the firewall, and has nothing left to do', async () => {
    const host = await runPlay(hostBaseline, { name: 'kvm7' });
    const { length } = host.changes;
    await runPlay(hostBaseline, host);

    expect(host.changes).toHaveLength(length);
    expect(Object.fromEntries(host.sysctls)).toMatchObject({
      'net.bridge.bridge-nf-call-iptables': '0',
      'net.ipv4.ip_forward': '1',
      'net.ipv4.conf.all.rp_filter': '2',
    });
    expect(host.files.get('/etc/motd')?.content).toContain('kvm7');
    expect([...host.files.keys()]).toEqual([
      '/etc/modules-load.d/br_netfilter.conf',
      '/etc/sysctl.d/60-kvmplay.conf',
      '/etc/motd',
    ]);
    expect(host.warnings).toEqual([]);
  });
});
