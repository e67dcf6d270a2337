import { ensureBridge, play } from 'kvmplay';

// eslint-disable-next-line no-restricted-syntax -- a playbook has a default export
export default play({
  name: 'ten bridges',
  hosts: 'kvm',
  async run(host) {
    for (let number = 0; number < 10; number++) await ensureBridge(host, { name: `br${number}` });
  },
});
