import { describe, expect, it } from '@jest/globals';
import { changeKinds } from '../../../src/change-kinds.ts';
import * as z from 'zod';
import { play, type StandardIssue, type StandardSchema } from '../../../src/engine/fleet/play.ts';
import { runPlays } from '../../../src/engine/fleet/run-plays.ts';
import { InventoryError, PlaybookError } from '../../../src/errors.ts';
import type { InventoryHost } from '../../../src/model/inventory.ts';
import { localTransport } from '../../../src/transports/local.ts';

const schema = z.object({ id: z.number({ error: 'should be a number' }), rack: z.string().default('r1') });

function hostAt(line: number, vars: InventoryHost['vars'], more: Partial<InventoryHost> = {}): InventoryHost {
  return { name: `kvm${String(line)}`, groups: [], vars, place: { file: 'hosts.yml', line }, ...more };
}

/** What a play of this schema sees of hosts, or why it does not begin. */
async function seen<V>(
  vars: StandardSchema<V>,
  hosts: readonly InventoryHost[],
  names: readonly string[] = ['greet'],
): Promise<{ readonly vars: readonly V[]; readonly message: string; readonly details: readonly string[] }> {
  const met: V[] = [];
  const run = (host: { readonly vars: V }): Promise<void> => Promise.resolve(void met.push(host.vars));
  const plays = names.map((name) => play<V>({ name, hosts: 'all', vars, run }));
  const error = await runPlays({
    kinds: changeKinds,
    plays,
    hostsOf: () => hosts,
    transportFor: () => localTransport(),
  }).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  const { message = '', details = [] } = error instanceof PlaybookError ? error : {};
  return { vars: met, message, details };
}

/** Written by hand, as the interface allows. */
function handmade<V>(validate: StandardSchema<V>['~standard']['validate']): StandardSchema<V> {
  return { '~standard': { version: 1, vendor: 'by hand', validate } };
}

describe('variables of hosts', () => {
  it('come to the play as zod makes them', async () => {
    expect(await seen(schema, [hostAt(1, { id: 1, more: true })])).toMatchObject({
      vars: [{ id: 1, rack: 'r1' }],
    });
  });

  it('may be checked by a schema that takes its time', async () => {
    const late = handmade((value) =>
      Promise.resolve(
        (value as { id: number }).id > 1
          ? { issues: [{ message: 'is too high', path: [{ key: 'id' }] }] }
          : { value: 'fine' },
      ),
    );

    expect((await seen(late, [hostAt(1, { id: 1 })])).vars).toEqual(['fine']);
    expect((await seen(late, [hostAt(1, { id: 1 }), hostAt(2, { id: 2 })])).message).toBe(
      'hosts.yml:2: play "greet": variable id of kvm2: is too high',
    );
  });

  it('are all looked at before a host is touched, and every problem is told', async () => {
    const places = new Map([['id', { file: 'group_vars/kvm.yml', line: 3 }]]);
    const { vars, message, details } = await seen(schema, [
      hostAt(1, { id: 1 }),
      hostAt(2, {}),
      hostAt(
        3,
        { id: 'three', rack: 7 },
        { varPlaces: new Map([['rack', { file: 'hosts.yml', line: 30 }]]) },
      ),
      ...[4, 5, 6, 7, 8].map((line) => hostAt(line, { id: 'four' }, { varPlaces: places })),
    ]);

    expect(vars).toEqual([]);
    expect(message).toBe('variables of 7 hosts do not match the schemas of their plays');
    expect(details).toEqual([
      'play "greet": variable id of kvm2, kvm3: should be a number',
      'hosts.yml:30: play "greet": variable rack of kvm3: Invalid input: expected string, received number',
      'group_vars/kvm.yml:3: play "greet": variable id of kvm4, kvm5, kvm6 and 2 more hosts: should be a number',
    ]);
  });

  it('are named with the place of the host, when they are missing there alone', async () => {
    expect((await seen(schema, [hostAt(7, {})])).message).toBe(
      'hosts.yml:7: play "greet": variable id of kvm7: should be a number',
    );
  });

  it('are checked for every play', async () => {
    const { details } = await seen(schema, [hostAt(7, {})], ['first', 'second']);

    expect(details).toEqual([
      'hosts.yml:7: play "first": variable id of kvm7: should be a number',
      'hosts.yml:7: play "second": variable id of kvm7: should be a number',
    ]);
  });

  it('may be wrong together, deep within, or such that the schema gives up', async () => {
    const issues: StandardIssue[] = [
      { message: 'rack and row do not fit' },
      { message: 'should be a name', path: ['nics', 0, { key: 'mac' }] },
    ];
    const throws = handmade<unknown>(() => {
      throw new RangeError('too deep');
    });

    expect(
      (
        await seen(
          handmade(() => ({ issues })),
          [hostAt(7, {})],
        )
      ).details,
    ).toEqual([
      'hosts.yml:7: play "greet": the variables of kvm7: rack and row do not fit',
      'hosts.yml:7: play "greet": variable nics.0.mac of kvm7: should be a name',
    ]);
    expect((await seen(throws, [hostAt(7, {})])).message).toBe(
      'hosts.yml:7: play "greet": the variables of kvm7: the schema threw RangeError: too deep',
    );
  });

  it('may be such that reading one is an error, which is told with the others', async () => {
    const unread = Object.defineProperty({}, 'id', {
      enumerable: true,
      get: () => {
        throw new InventoryError('there is no variable domain', { file: 'hosts.yml', line: 12 });
      },
    });

    expect((await seen(schema, [hostAt(6, {}), hostAt(7, unread)])).details).toEqual([
      'hosts.yml:6: play "greet": variable id of kvm6: should be a number',
      'hosts.yml:12: play "greet": the variables of kvm7: there is no variable domain',
    ]);
  });
});
