import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { composeSurvey } from '../src/engine/connection/survey.ts';
import { networkFacts } from '../src/tasks/network/network-facts.ts';
import type { Client } from './processes.ts';
import type { Fleet } from './stand-ins.ts';

/** What is compared. */
export interface Contenders {
  /** One survey per host by plain ssh, with the key exchange that it chooses. */
  readonly floorA: Client;
  /** The same with curve25519 and aes128-gcm, which is what kvmplay's SSH speaks. */
  readonly floorB: Client;
  /** As floor B, but the hosts have nothing to do: what connections alone cost. */
  readonly connectOnly: Client;
  /** kvmplay with a playbook of ten tasks. */
  readonly kvmplay: Client;
}

export interface ContenderOptions {
  readonly folder: string;
  /** Of the checkout. */
  readonly root: string;
  readonly forks: number;
}

/** What the playbook makes. */
export const bridgeNames = Array.from({ length: 10 }, (_, index) => `br${index}`);

export function makeContenders(fleet: Fleet, options: ContenderOptions): Contenders {
  const survey = composeSurvey(Object.values(networkFacts), { nonce: randomUUID() });
  const fastKeyExchange = ['-o', 'KexAlgorithms=curve25519-sha256', '-o', 'Ciphers=aes128-gcm@openssh.com'];
  return {
    floorA: plainSsh(fleet, [], { ...options, name: 'floor-a', script: survey }),
    floorB: plainSsh(fleet, fastKeyExchange, { ...options, name: 'floor-b', script: survey }),
    connectOnly: plainSsh(fleet, fastKeyExchange, { ...options, name: 'connect-only', script: 'true' }),
    kvmplay: kvmplayRun(fleet, options),
  };
}

function plainSsh(
  fleet: Fleet,
  sshOptions: readonly string[],
  {
    folder,
    root,
    forks,
    name,
    script,
  }: ContenderOptions & { readonly name: string; readonly script: string },
): Client {
  const { hosts, privateKey, knownHosts } = fleet;
  const input = join(folder, 'addresses');
  writeFileSync(input, hosts.map(({ address }) => `${address}\n`).join(''));
  const ssh = ['ssh', '-F', 'none', '-i', privateKey, '-o', 'IdentitiesOnly=yes', '-o', 'BatchMode=yes'];
  const trust = ['-o', `UserKnownHostsFile=${knownHosts}`, '-o', 'StrictHostKeyChecking=yes'];
  return {
    argv: [
      'xargs',
      '-P',
      String(forks),
      '-I',
      '@host@',
      ...ssh,
      ...trust,
      ...sshOptions,
      'root@@host@',
      script,
    ],
    cwd: root,
    env: environment(fleet),
    input,
    output: join(folder, name),
  };
}

function kvmplayRun(fleet: Fleet, { folder, root, forks }: ContenderOptions): Client {
  const { hosts, privateKey } = fleet;
  const inventory = join(folder, 'hosts.yml');
  const lines = hosts.map(({ name, address }) => `        ${name}: { ansible_host: ${address} }\n`);
  writeFileSync(
    inventory,
    `all:
  vars: { ansible_user: root, network_backend: none }
  children:
    kvm:
      hosts:
${lines.join('')}`,
  );
  const main = join(root, 'dist', 'cli', 'main.js');
  const playbook = join(root, 'bench', 'ten-bridges.ts');
  const options = ['-i', inventory, '--forks', String(forks), '--private-key', privateKey];
  return {
    argv: [execPath, main, 'run', playbook, ...options],
    cwd: root,
    env: environment(fleet),
    input: '/dev/null',
    output: join(folder, 'kvmplay'),
  };
}

/** The same for all, and nothing of who runs the bench: no agent, no configuration. */
function environment({ home }: Fleet): Record<string, string> {
  return { PATH: process.env['PATH'] ?? '', HOME: home, LC_ALL: 'C' };
}
