const network = ['ensureBond', 'ensureBridge', 'ensureVlan', 'ensureAddress'];

/** The tasks and actions that do the work of Ansible's modules. */
const replacements: Readonly<Record<string, readonly string[]>> = {
  nmcli: network,
  network,
  interfaces_file: network,
  copy: ['ensureFile'],
  template: ['ensureFile'],
  file: ['ensureFile'],
  lineinfile: ['ensureLines'],
  blockinfile: ['ensureLines'],
  sysctl: ['ensureSysctl'],
  modprobe: ['ensureKernelModule'],
  package: ['ensurePackage'],
  yum: ['ensurePackage'],
  dnf: ['ensurePackage'],
  apt: ['ensurePackage'],
  zypper: ['ensurePackage'],
  service: ['ensureService'],
  systemd: ['ensureService'],
  systemd_service: ['ensureService'],
  raw: ['command', 'shell'],
  script: ['command', 'shell'],
  assert: ['assertThat'],
  fail: ['assertThat'],
  wait_for: ['waitFor'],
  pause: ['waitFor'],
};

/** `ansible.builtin.copy` → `copy` */
export function moduleName(name: string): string {
  return name.replace(/^.*\./s, '');
}

/** Returns the tasks that replace a module of Ansible. */
export function insteadOfModule(name: string): readonly string[] | undefined {
  return Object.entries(replacements).find(([module]) => module === moduleName(name))?.[1];
}
