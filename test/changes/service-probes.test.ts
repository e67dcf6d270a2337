import { describe, expect, it } from '@jest/globals';
import { serviceFamily, type ServiceSet } from '../../src/changes/service.ts';
import type { Probe } from '../../src/model/probe.ts';
import { runScript, shellRows } from '../facts/shells.ts';

const start: ServiceSet = {
  kind: 'service.set',
  name: 'libvirtd.service',
  manager: 'systemd',
  before: { running: false },
  after: { running: true },
};

function serviceProbes(changes: readonly ServiceSet[]): readonly Probe[] {
  return changes.flatMap((change) => serviceFamily['service.set'].needs?.probes?.(change) ?? []);
}

describe('probes of services', () => {
  it('are for services that are started, where systemd tells of them', () => {
    const others: readonly ServiceSet[] = [
      { ...start, before: { running: true }, after: { running: false } },
      { ...start, before: { enabled: false }, after: { enabled: true } },
      { ...start, manager: 'chkconfig' },
    ];

    expect(serviceProbes([...others, start]).map(({ failure }) => failure)).toEqual([
      'service libvirtd.service does not stay up',
    ]);
  });

  describe.each(shellRows)('in %s', (_, shell) => {
    const [probe] = serviceProbes([start]);

    it.each([
      ['one that has run for long', 'active running 1000000', 0],
      ['one that has just begun', 'active running $now', 1],
      ['one of a container with an uptime of its own', 'active running 900000000000000', 0],
      ['one that was done at once', 'active exited $now', 0],
      ['one that ended, which the survey sees', 'failed failed 0', 0],
      ['one that is started again and again', 'activating auto-restart $now', 1],
    ])('decide about %s', (_name, state, code) => {
      const { stdout, code: seen } = runScript(
        shell,
        `systemctl() {
  set -- ${state}
  printf '%s\\n' "ActiveState=$1" "SubState=$2" "ActiveEnterTimestampMonotonic=$3"
}
read -r uptime rest < /proc/uptime
now=\${uptime%.*}\${uptime#*.}0000
${probe?.script ?? ''}`,
      );

      const [active, sub] = state.split(' ');
      expect(stdout).toBe(`${active} (${sub})\n`);
      expect(seen).toBe(code);
    });
  });
});
