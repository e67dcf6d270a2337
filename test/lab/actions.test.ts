import { beforeAll, describe, expect, it } from '@jest/globals';
import { command, ensureBridge, play, waitFor, type Host, type Play } from 'kvmplay';
import type { Lab } from '../../src/lab/index.ts';
import { makeBare, outcomes, ringLab, runOnLab } from './support/lab.ts';

let lab: Lab;

beforeAll(async () => {
  lab = await ringLab();
  await makeBare(lab, ['kvm3']);
}, 60_000);

function onKvm3(run: (host: Host<unknown>) => Promise<void>): Play {
  return play<unknown>({ name: 'actions', hosts: 'kvm3', run });
}

const read = 'cat /sys/class/net/br4/address 2>/dev/null || echo none';

describe('an action on a real host', () => {
  it('runs when what was planned before it is there and confirmed, and is not undone with what fails after it', async () => {
    const seen: unknown[] = [];
    const failing = onKvm3(async (host) => {
      await ensureBridge(host, { name: 'br4', ports: ['eno4'] });
      await waitFor(host, { path: '/sys/class/net/br4', timeout: 5 });
      const { output } = await command(host, { argv: ['cat', '/sys/class/net/br4/address'] });
      seen.push(output?.stdout);
      await ensureBridge(host, { name: 'br5', ports: ['eno5'] });
      await command(host, { argv: ['false'] });
    });

    const result = await runOnLab(lab, [failing]);

    expect(outcomes(result)[0]).toContain('kvm3 failed: `false` ended with 1 on kvm3');
    expect(seen).toEqual([await lab.read('kvm3', read)]);
    // What was agreed to and confirmed before the command that failed stays.
    expect(await lab.read('kvm3', 'ls -d /sys/class/net/br?')).toBe(
      '/sys/class/net/br4\n/sys/class/net/br5\n',
    );
    expect(result.events.flatMap((event) => (event.type === 'task.end' ? [event.outcome] : []))).toEqual([
      'changed',
      'ok',
      'changed',
      'changed',
      'failed',
    ]);
  }, 90_000);

  it('costs one more survey when nothing is to do', async () => {
    const idle = onKvm3(async (host) => {
      await ensureBridge(host, { name: 'br4', ports: ['eno4'] });
      await command(host, { argv: ['true'], creates: '/sys/class/net/br4' });
      await ensureBridge(host, { name: 'br5', ports: ['eno5'] });
    });

    const { summary } = await runOnLab(lab, [idle]);

    expect(summary.hosts[0]).toMatchObject({ outcome: 'ok', connections: 1, execs: 3 });
  }, 60_000);

  it('never runs after a transaction that was rolled back, and that is not tried again, even where the playbook catches the error', async () => {
    const caught = onKvm3(async (host) => {
      await ensureBridge(host, { name: 'br6', ports: [] });
      await command(host, { argv: ['touch', '/run/never'] }).catch(() => undefined);
      await command(host, { argv: ['touch', '/run/never'] }).catch(() => undefined);
    });
    const probe = { failure: 'it never works', script: 'exit 1', isRequired: true };

    const result = await runOnLab(lab, [{ ...caught, probes: [probe] }]);

    expect(result.summary.hosts[0]).toMatchObject({ outcome: 'failed', rollback: 'proved' });
    expect(
      result.events.filter((event) => event.type === 'host.phase' && event.phase === 'apply'),
    ).toHaveLength(1);
    expect(await lab.read('kvm3', 'ls /run/never /sys/class/net/br6 2>&1 | grep -c "No such"')).toBe('2\n');
  }, 90_000);
});
