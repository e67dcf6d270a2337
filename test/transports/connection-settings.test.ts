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
    password: await ('password' in rest ? rest.password?.() : undefined),
    ...(become === undefined ? {} : { become: { ...become, password: await become.password?.() } }),
  };
}

describe('connectionSettings', () => {
  it('reaches a host by its name, and leaves the rest open, when nothing says otherwise', () => {
    expect(connectionSettings(host({}))).toEqual({
      connection: 'ssh',
      name: 'kvm1',
      destination: 'kvm1',
      firstArguments: [],
      lastArguments: [],
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
      destination: '10.0.0.1',
      port: 2222,
      user: 'admin',
      password: 'one',
      privateKeyFile: '~/.ssh/kvm',
      firstArguments: [],
      lastArguments: [],
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
    expect(settings.become).toBeUndefined();
  });

  it('becomes root when nobody else is named', () => {
    expect(connectionSettings(host({ ansible_become: true }))).toMatchObject({ become: { user: 'root' } });
  });

  it('becomes somebody else by su or doas, whose own variables count', async () => {
    const vars = { ansible_become_user: 'a', ansible_su_user: 'b', ansible_su_pass: 'su secret' };
    const defaults = { become: true, becomeMethod: 'su' } as const;

    const { become } = connectionSettings(host(vars), defaults);
    const other = connectionSettings(host({ ...vars, ansible_become_method: 'doas' }), defaults);

    expect(become).toMatchObject({ method: 'su', user: 'b' });
    expect(await become?.password?.()).toBe('su secret');
    expect(other.become).toEqual({ method: 'doas', user: 'a' });
  });

  it.each([
    [{ ansible_become_flags: '-H -S -n' }, {}],
    [
      { ansible_become_flags: '-HnEr "sysadm_r" --type=sysadm_t' },
      {
        flags: ['-E', '-r', 'sysadm_r', '--type=sysadm_t'],
      },
    ],
    [{ ansible_become_flags: '-E', ansible_sudo_flags: '-gwheel' }, { flags: ['-g', 'wheel'] }],
    [{ ansible_become_exe: '/opt/bin/sudo' }, { executable: ['/opt/bin/sudo'] }],
    [
      { ansible_become_method: 'su', ansible_become_exe: 'sudo su', ansible_become_flags: '- -s /bin/bash' },
      { method: 'su', executable: ['sudo', 'su'], flags: ['-l', '-s', '/bin/bash'] },
    ],
    [{ ansible_become_method: 'community.general.doas', ansible_become_flags: '-n' }, { method: 'doas' }],
  ])('starts the become program of %j', (vars, become) => {
    expect(connectionSettings(host({ ansible_become: true, ...vars })).become).toEqual({
      user: 'root',
      ...become,
    });
  });

  it.each([
    [{ ansible_become_flags: '-H -i' }, 'ansible_become_flags has "-i", and kvmplay passes on -H, '],
    [{ ansible_become_flags: '-u admin' }, 'ansible_become_flags has "-u", and kvmplay passes on -H, '],
    [{ ansible_sudo_flags: '-g' }, 'ansible_sudo_flags has "-g", and kvmplay passes on -H, '],
    [
      { ansible_become_method: 'doas', ansible_become_flags: '-C' },
      'ansible_become_flags has "-C", and kvmplay passes on -n of doas only',
    ],
    [
      { ansible_become_exe: 'sudo -i' },
      'ansible_become_exe is "sudo -i", and its flags should stand in ansible_become_flags',
    ],
    [{ ansible_become_exe: "'sudo" }, `ansible_become_exe is "'sudo", and the quote ' is not closed`],
    [
      { ansible_become_flags: '-n \\' },
      'ansible_become_flags is "-n \\\\", and its last backslash escapes nothing',
    ],
  ])('refuses %j, unless nobody is become', (vars, reason) => {
    expect(() => connectionSettings(host({ ansible_become: true, ...vars }))).toThrow(
      `hosts.yml:7: kvm1: ${reason}`,
    );
    expect(connectionSettings(host(vars)).become).toBeUndefined();
  });

  it.each(['ansible.builtin.ssh', 'smart', 'ansible.legacy.ssh'])('knows %s', (ansible_connection) => {
    expect(connectionSettings(host({ ansible_connection }))).toMatchObject({ connection: 'ssh' });
  });

  it('reaches this machine without SSH', () => {
    const settings = connectionSettings(host({ ansible_connection: 'local', ansible_become: true }));

    expect(settings).toEqual({ connection: 'local', name: 'kvm1', become: { user: 'root' } });
  });

  it.each([
    [
      { ansible_connection: 'winrm' },
      'ansible_connection is "winrm", and kvmplay knows ssh, openssh and local only',
    ],
    [
      { ansible_become_method: 'pbrun' },
      'ansible_become_method is "pbrun", and kvmplay knows sudo, su and doas only',
    ],
    [{ ansible_port: 'ssh' }, 'ansible_port is "ssh", and should be a port from 1 to 65535'],
    [{ ansible_port: 65_536 }, 'ansible_port is "65536", and should be a port from 1 to 65535'],
    [{ ansible_port: 22.5 }, 'ansible_port is "22.5", and should be a port from 1 to 65535'],
    [{ ansible_become: 'perhaps' }, 'ansible_become is "perhaps", and should be true or false'],
    [{ ansible_become: [true] }, 'ansible_become is a list, and should be true or false'],
    [{ ansible_host: { a: 1 } }, 'ansible_host is a mapping, and should be text'],
    [{ ansible_user: true }, 'ansible_user is true, and should be text'],
    [{ ansible_password: ['secret'] }, 'ansible_password should be text'],
    [
      { ansible_ssh_extra_args: "-o User='admin" },
      `ansible_ssh_extra_args is "-o User='admin", and the quote ' is not closed`,
    ],
    [
      { ansible_ssh_executable: '/opt/ssh' },
      'ansible_ssh_executable is set, and kvmplay, which speaks SSH itself, starts that program with ansible_connection: openssh only',
    ],
  ])('refuses %j', (vars, reason) => {
    expect(() => connectionSettings(host(vars))).toThrow(InventoryError);
    expect(() => connectionSettings(host(vars))).toThrow(`hosts.yml:7: kvm1: ${reason}`);
  });

  it.each([
    ['', []],
    ['  -o  User=admin\n-4 ', ['-o', 'User=admin', '-4']],
    [
      '-o ProxyCommand="ssh -W %h:%p -q \\"a b\\" bastion"',
      ['-o', 'ProxyCommand=ssh -W %h:%p -q "a b" bastion'],
    ],
    ["-i '/keys/my \\key'\\ 2", ['-i', '/keys/my \\key 2']],
  ])('splits the arguments %j into words', (text, words) => {
    expect(connectionSettings(host({ ansible_ssh_common_args: text }))).toMatchObject({
      lastArguments: words,
    });
  });

  it('takes arguments of the run where the inventory says nothing, not even that there are none', () => {
    const defaults = {
      sshArguments: ['-C'],
      sshCommonArguments: ['-J', 'bastion'],
      sshExtraArguments: ['-4'],
    };

    expect(connectionSettings(host({}), defaults)).toMatchObject({
      firstArguments: ['-C'],
      lastArguments: ['-J', 'bastion', '-4'],
    });
    expect(
      connectionSettings(host({ ansible_ssh_common_args: '-J other', ansible_ssh_extra_args: '' }), defaults),
    ).toMatchObject({ lastArguments: ['-J', 'other'] });
  });

  it('keeps the order in which arguments count', () => {
    const vars = {
      ansible_ssh_extra_args: '-6',
      ansible_ssh_common_args: '-4',
      ansible_ssh_args: '-C',
    };

    expect(connectionSettings(host(vars))).toMatchObject({
      firstArguments: ['-C'],
      lastArguments: ['-4', '-6'],
    });
  });

  it('lets the last of several names for the same count, as Ansible does', () => {
    const vars = { ansible_ssh_host: 'b', ansible_host: 'a', ansible_port: 1, ansible_ssh_port: 2 };

    expect(connectionSettings(host(vars))).toMatchObject({ destination: 'b', port: 2 });
  });

  it('reads how long a host may take, and how often it is tried', () => {
    const vars = { ansible_timeout: 5, ansible_command_timeout: '90', ansible_ssh_retries: 2 };

    expect(connectionSettings(host(vars), { connectRetries: 7 })).toMatchObject({
      connectTimeout: 5000,
      commandTimeout: 90_000,
      retries: 2,
    });
    expect(connectionSettings(host({}), { connectRetries: 7 })).toMatchObject({ retries: 7 });
  });

  it.each([
    [{ ansible_timeout: 0 }, 'ansible_timeout is "0", and should be a number of seconds above 0'],
    [{ ansible_ssh_retries: 1.5 }, 'ansible_ssh_retries is "1.5", and should be a whole number'],
  ])('refuses the time and number of %j', (vars, reason) => {
    expect(() => connectionSettings(host(vars))).toThrow(`hosts.yml:7: kvm1: ${reason}`);
  });

  it('reaches a host over the ssh program that is named', () => {
    const settings = connectionSettings(
      host({
        ansible_connection: 'openssh',
        ansible_ssh_executable: '/opt/ssh',
        ansible_ssh_args: '-o "ControlPath=/a b" -4vo User=x',
      }),
    );

    expect(settings).toMatchObject({
      connection: 'openssh',
      destination: 'kvm1',
      executable: '/opt/ssh',
      firstArguments: ['-o', 'ControlPath=/a b', '-4vo', 'User=x'],
    });
  });

  it.each([
    ['kvm2', '"kvm2" stands among the arguments for ssh, and is no option of it'],
    ['-4f', '"-4f" stands among the arguments for ssh, and -f is not for connections of kvmplay'],
    ['-o', '"-o" stands among the arguments for ssh, without its value'],
    ['-E log', '"-E" stands among the arguments for ssh, and -E is not for connections of kvmplay'],
    ['--help', '"--help" stands among the arguments for ssh, and is no option of it'],
  ])('refuses %s as an argument for the ssh program', (text, reason) => {
    const vars = { ansible_ssh_extra_args: text };

    expect(() => connectionSettings(host(vars))).toThrow(`hosts.yml:7: kvm1: ${reason}`);
  });
});
