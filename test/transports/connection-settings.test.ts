import { userInfo } from 'node:os';

import { describe, expect, it } from '@jest/globals';

import { InventoryError } from '../../src/errors.ts';
import type { InventoryHost } from '../../src/model/inventory.ts';
import { connectionSettings, type ConnectionSettings } from '../../src/transports/connection-settings.ts';

function host(vars: Record<string, unknown>): InventoryHost {
  return { name: 'kvm1', groups: ['kvm'], vars, place: { file: 'hosts.yml', line: 7 } };
}

/** The settings with secrets told. */
async function told(settings: ConnectionSettings): Promise<unknown> {
  const { become, ...rest } = settings;
  return {
    ...rest,
    ...('password' in rest ? { password: await rest.password() } : {}),
    ...(become === undefined ? {} : { become: { ...become, password: await become.password?.() } }),
  };
}

describe('connectionSettings', () => {
  it('reaches a host by its name, at port 22, as who runs kvmplay, when nothing says otherwise', () => {
    expect(connectionSettings(host({}))).toEqual({
      connection: 'ssh',
      name: 'kvm1',
      address: 'kvm1',
      port: 22,
      user: userInfo().username,
      hostKeyChecking: 'yes',
    });
  });

  it('reads the variables of Ansible', async () => {
    const settings = connectionSettings(
      host({
        ansible_connection: 'ssh',
        ansible_host: '10.0.0.1',
        ansible_port: '2222',
        ansible_user: 'admin',
        ansible_password: 'one',
        ansible_ssh_private_key_file: '~/.ssh/kvm',
        ansible_become: 'yes',
        ansible_become_user: 'netadmin',
        ansible_become_method: 'sudo',
        ansible_become_password: 'two',
        ansible_ssh_common_args: '',
        ansible_python_interpreter: '/usr/bin/python3',
      }),
    );

    expect(await told(settings)).toEqual({
      connection: 'ssh',
      name: 'kvm1',
      address: '10.0.0.1',
      port: 2222,
      user: 'admin',
      password: 'one',
      privateKeyFile: '~/.ssh/kvm',
      hostKeyChecking: 'yes',
      become: { user: 'netadmin', password: 'two' },
    });
  });

  it('lets the inventory win over the defaults of the run', () => {
    const defaults = {
      user: 'admin',
      port: 2222,
      privateKeyFile: 'run',
      become: true,
      becomeUser: 'netadmin',
    };

    expect(connectionSettings(host({}), defaults)).toMatchObject({
      user: 'admin',
      port: 2222,
      privateKeyFile: 'run',
      become: { user: 'netadmin' },
    });
    const vars = {
      ansible_user: 'root',
      ansible_port: 22,
      ansible_ssh_private_key_file: 'own',
      ansible_become: false,
    };
    const settings = connectionSettings(host(vars), defaults);
    expect(settings).toMatchObject({ user: 'root', port: 22, privateKeyFile: 'own' });
    expect(settings).not.toHaveProperty('become');
  });

  it('becomes root when nobody else is named', () => {
    expect(connectionSettings(host({ ansible_become: true }))).toMatchObject({ become: { user: 'root' } });
  });

  it('reaches this machine without SSH', () => {
    const settings = connectionSettings(host({ ansible_connection: 'local', ansible_become: true }));

    expect(settings).toEqual({ connection: 'local', name: 'kvm1', become: { user: 'root' } });
  });

  it.each([
    [{ ansible_connection: 'winrm' }, 'ansible_connection is "winrm", and kvmplay knows ssh and local only'],
    [{ ansible_become_method: 'su' }, 'ansible_become_method is "su", and kvmplay knows sudo only'],
    [{ ansible_port: 'ssh' }, 'ansible_port is "ssh", and should be a port from 1 to 65535'],
    [{ ansible_port: 65_536 }, 'ansible_port is "65536", and should be a port from 1 to 65535'],
    [{ ansible_port: 22.5 }, 'ansible_port is "22.5", and should be a port from 1 to 65535'],
    [{ ansible_become: 'perhaps' }, 'ansible_become is "perhaps", and should be true or false'],
    [{ ansible_become: [true] }, 'ansible_become is a list, and should be true or false'],
    [{ ansible_host: { a: 1 } }, 'ansible_host is a mapping, and should be text'],
    [{ ansible_user: true }, 'ansible_user is true, and should be text'],
    [{ ansible_host: '{{ ip }}' }, 'ansible_host is the template "{{ ip }}", and kvmplay evaluates none'],
    [{ ansible_password: '{{ vault }}' }, 'ansible_password is a template, and kvmplay evaluates none'],
    [{ ansible_password: ['secret'] }, 'ansible_password should be text'],
    [
      { ansible_ssh_common_args: '-o ProxyJump=bastion' },
      'ansible_ssh_common_args is "-o ProxyJump=bastion", and kvmplay, which speaks SSH itself, understands -o UserKnownHostsFile=PATH only',
    ],
    [
      { ansible_ssh_extra_args: '-4' },
      'ansible_ssh_extra_args is not supported: kvmplay speaks SSH itself and passes no options to other programs',
    ],
  ])('refuses %j', (vars, reason) => {
    expect(() => connectionSettings(host(vars))).toThrow(InventoryError);
    expect(() => connectionSettings(host(vars))).toThrow(`hosts.yml:7: kvm1: ${reason}`);
  });

  it('takes the file of known hosts from the arguments for ssh', () => {
    const settings = connectionSettings(
      host({ ansible_ssh_common_args: '-o UserKnownHostsFile=/etc/lab/known_hosts' }),
    );

    expect(settings).toMatchObject({ knownHostsFile: '/etc/lab/known_hosts' });
  });
});
