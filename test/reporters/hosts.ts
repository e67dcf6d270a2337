import { bondTask, end, hostRun, task, warning } from './scripted-run.ts';

export const changed = hostRun(
  [task('kvm1', 0, { ...bondTask, warnings: [warning] }), task('kvm1', 1)],
  end('kvm1', { outcome: 'changed', connections: 2, execs: 4, milliseconds: 4210 }),
);

const failure = {
  code: 'KVMPLAY_ROLLED_BACK',
  message: 'ensureBond bond6: the step "+ eno5 port of bond6" did not succeed',
  place: 'playbooks/bond6.ts:12:11',
  details: ['ip link set dev eno5 master bond6', 'RTNETLINK answers: Operation not permitted\n'],
};

export const rolledBack = hostRun(
  [
    task('kvm-rack2-14', 0, { ...bondTask, outcome: 'failed', rolledBack: true, error: failure }),
    task('kvm-rack2-14', 1, { outcome: 'changed', rolledBack: true }),
    task('kvm-rack2-14', 2, { subject: 'brvlan6-10', outcome: 'skipped' }),
  ],
  end('kvm-rack2-14', { outcome: 'failed', rollback: 'proved', error: failure, milliseconds: 6000 }),
);

export const notRolledBack = hostRun(
  [task('kvm3', 0, { outcome: 'changed' })],
  end('kvm3', {
    outcome: 'failed',
    rollback: 'failed',
    error: {
      code: 'KVMPLAY_ROLLBACK_FAILED',
      message: 'route default via 10.128.1.1 on eno3 is missing after the rollback',
      details: ['before: default via 10.128.1.1 dev eno3', 'now: nothing'],
    },
    milliseconds: 31000,
  }),
);

export const unreachable = hostRun(
  [],
  end('kvm4', {
    outcome: 'unreachable',
    error: { code: 'KVMPLAY_UNREACHABLE', message: '192.0.2.4:22 gave no answer within 10 s' },
    connections: 0,
    execs: 0,
    milliseconds: 10000,
  }),
);

export const idle = hostRun(
  [task('kvm5', 0, { ...bondTask, outcome: 'ok', changes: [] }), task('kvm5', 1)],
  end('kvm5'),
);
const lost = { code: 'KVMPLAY_CONNECTION_LOST', message: 'the connection to kvm7 ended during the survey' };
export const lostInTask = hostRun(
  [task('kvm7', 0, { outcome: 'failed', error: lost })],
  end('kvm7', { outcome: 'unreachable', error: lost }),
);
