import { beforeAll, describe, expect, it } from '@jest/globals';
import bridgeEno3 from '../../playbooks/bridge-eno3.ts';
import type { Lab } from '../../src/lab/index.ts';
import { makeBare, outcomes, ringLab, runOnLab } from './support/lab.ts';

let lab: Lab;

beforeAll(async () => {
  lab = await ringLab();
  await makeBare(lab, ['kvm1']);
}, 120_000);

describe('the ssh program', () => {
  const overSsh = { limit: 'kvm1', overEno3: true, extraVars: { ansible_connection: 'openssh' } };

  it('carries a change of the NIC that it rides on, confirmed over a connection of its own', async () => {
    const mark = await lab.sshMark('kvm1');

    const result = await runOnLab(lab, [bridgeEno3], overSsh);
    const { connections } = await lab.sshActivity('kvm1', mark);

    expect(outcomes(result)).toEqual(['kvm1 changed']);
    expect(result.summary.hosts).toMatchObject([{ connections: 2, execs: 4 }]);
    // As sshd counts them: the second did not ride on the first.
    expect(connections).toBe(2);
  }, 90_000);

  it('finds nothing to do in a second run: one connection, one exec', async () => {
    const result = await runOnLab(lab, [bridgeEno3], overSsh);

    expect(outcomes(result)).toEqual(['kvm1 ok']);
    expect(result.summary.hosts).toMatchObject([{ connections: 1, execs: 1 }]);
  }, 60_000);
});
