import { describe, expect, it } from '@jest/globals';
import { TaskRecord } from '../../../src/engine/session/task-record.ts';
import { RolledBackError } from '../../../src/errors.ts';
import type { Change } from '../../../src/model/change.ts';

const load: Change = { kind: 'module.load', name: 'bonding', parameters: {} };
const set: Change = { kind: 'sysctl.set', key: 'net.ipv4.ip_forward', before: '0', after: '1' };
const failure = new Error('no');

function planned(...changes: readonly Change[]): TaskRecord {
  const record = new TaskRecord('ensureSysctl', []);
  record.begin('net.ipv4.ip_forward');
  record.plan({ changes, warnings: [], replan: () => [] });
  return record;
}

const transitions: Readonly<Record<string, (record: TaskRecord) => void>> = {
  plan: (record) => record.plan({ changes: [set], warnings: [], replan: () => [] }),
  'plan nothing': (record) => record.plan({ changes: [], warnings: [], replan: () => [] }),
  run: (record) => record.ran({ changed: true, isDone: true }),
  'would run': (record) => record.ran({ changed: true, isDone: false }),
  'leave out': (record) => record.leaveOut('tags'),
  skip: (record) => record.skip(),
  fail: (record) => record.fail(failure),
  commit: (record) => record.commit([load, set]),
  refuse: (record) => record.refuse([load, set], failure),
  'roll back': (record) => record.rollBack([load, set], failure),
  abandon: (record) => record.abandon(),
};

describe('TaskRecord', () => {
  it.each<[string, TaskRecord['outcome'], (record: TaskRecord) => void]>([
    ['whose turn never came', 'skipped', () => undefined],
    ['that has nothing to do', 'ok', (record) => transitions['plan nothing']?.(record)],
    ['that would change something', 'changed', (record) => transitions['plan']?.(record)],
    ['that tags left out', 'skipped', (record) => record.leaveOut('tags')],
    ['that failed', 'failed', (record) => record.fail(failure)],
  ])('of a task %s is %s', (_, outcome, make) => {
    const record = new TaskRecord('ensureSysctl', []);

    make(record);

    expect(record.outcome).toBe(outcome);
  });

  it('is done once all of its changes are committed, and then nobody abandons it', () => {
    const record = planned(load, set);
    record.commit([load]);
    record.commit([set]);

    record.abandon();

    expect(record.outcome).toBe('changed');
  });

  it('is skipped when a transaction is refused, since nothing was changed', () => {
    const record = planned(set);

    record.refuse([set], failure);

    expect({ outcome: record.outcome, isRolledBack: record.isRolledBack }).toEqual({
      outcome: 'skipped',
      isRolledBack: false,
    });
  });

  it('has failed when only its second transaction is refused', () => {
    const record = planned(load, set);
    record.commit([load]);

    record.refuse([set], failure);

    expect(record.outcome).toBe('failed');
  });

  it('stays planned while transactions of others end', () => {
    const record = planned(set);

    record.commit([load]);
    record.rollBack([load], failure);
    record.refuse([load], failure);
    record.abandon();

    expect(record.outcome).toBe('skipped');
  });

  it('has failed and is rolled back when its change could not be made', () => {
    const error = new RolledBackError('no', { change: set });
    const records = [planned(set), planned(load)];

    for (const record of records) record.rollBack([load, set], error);

    expect(records.map(({ outcome, isRolledBack }) => `${outcome} ${String(isRolledBack)}`)).toEqual([
      'failed true',
      'changed true',
    ]);
  });

  it('never leaves an end, whatever is done to it in whatever order', () => {
    const names = Object.keys(transitions);
    for (const first of names) {
      for (const second of names) {
        for (const third of names) {
          const record = new TaskRecord('ensureSysctl', []);
          const ends: string[] = [];
          for (const name of [first, second, third]) {
            try {
              transitions[name]?.(record);
            } catch (error) {
              expect(error).toMatchObject({ code: 'KVMPLAY_INTERNAL' });
            }
            ends.push(record.outcome);
          }
          const [one = '', two = '', last = ''] = ends;
          if (one === 'failed') expect([two, last]).toEqual(['failed', 'failed']);
          if (two === 'failed') expect(last).toBe('failed');
          if (['skip', 'leave out'].includes(first)) expect([two, last]).toEqual(['skipped', 'skipped']);
        }
      }
    }
  });

  it('names the transition that cannot be', () => {
    const record = planned(set);
    record.skip();

    expect(() => record.ran({ changed: true, isDone: true })).toThrow(
      'ensureSysctl net.ipv4.ip_forward is skipped and cannot become done',
    );
  });
});
