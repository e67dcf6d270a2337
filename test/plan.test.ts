import { describe, expect, it } from '@jest/globals';
import { ensureBridge, type Inventory, type InventoryHost, plan, play } from 'kvmplay';

const here: InventoryHost = {
  name: 'here',
  groups: [],
  vars: { ansible_connection: 'local', network_backend: 'none' },
  place: { file: 'hosts.yml' },
};
const inventory: Inventory = { hosts: [here], groups: new Map() };

function bridges(...names: readonly string[]): ReturnType<typeof play> {
  return play({
    name: 'bridges',
    hosts: 'here',
    async run(host) {
      for (const name of names) await ensureBridge(host, { name });
    },
  });
}

describe('plan', () => {
  it('tells task by task what would be done, and does nothing', async () => {
    const first = await plan({ plays: [bridges('brplan0')], inventory });
    const second = await plan({ plays: [bridges('brplan0')], inventory });

    expect(first.hosts).toMatchObject([
      {
        play: 'bridges',
        host: 'here',
        outcome: 'changed',
        tasks: [{ task: 'ensureBridge', subject: 'brplan0', outcome: 'changed' }],
      },
    ]);
    expect(first.hosts[0]?.tasks[0]?.changes[0]).toMatchObject({
      kind: 'link.create',
      link: { name: 'brplan0' },
    });
    expect(second.hosts.map(({ tasks }) => tasks)).toEqual(first.hosts.map(({ tasks }) => tasks));
  });

  it('keeps plays of one name apart', async () => {
    const { hosts } = await plan({ plays: [bridges('brplan1'), bridges('brplan2', 'brplan3')], inventory });

    expect(hosts.map(({ tasks }) => tasks.map(({ subject }) => subject))).toEqual([
      ['brplan1'],
      ['brplan2', 'brplan3'],
    ]);
  });

  it('resolves with the error of a host that cannot be planned', async () => {
    const { hosts } = await plan({ plays: [bridges('a-name-that-is-too-long')], inventory });

    expect(hosts).toMatchObject([{ host: 'here', outcome: 'failed', error: { code: 'KVMPLAY_TASK_INPUT' } }]);
  });
});
