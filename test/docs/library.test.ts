import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, describe, expect, it, jest } from '@jest/globals';
import { transformSync } from 'esbuild';
import type { RunEvent } from '../../src/engine/events.ts';
import { type Ended, playbookFolder, runProgram, stagePackage } from '../cli/staged-package.ts';
import { typeProblems } from '../support/compile.ts';

// Programs and a compiler are started here, and a busy machine takes its time.
jest.setTimeout(60_000);

const root = join(import.meta.dirname, '..', '..');
const page = readFileSync(join(root, 'docs', 'library.md'), 'utf8');
const programs = new Map(
  [...page.matchAll(/^```ts (\S+\.ts)\n([^]*?)^```$/gm)].map(([, name = '', code = '']) => [name, code]),
);

const here = { ansible_connection: 'local', network_backend: 'none' };
const folder = playbookFolder({
  'package.json': '{ "type": "module" }',
  'hosts.yml': JSON.stringify({ kvm: { hosts: { here } } }),
  'down.yml': JSON.stringify({
    kvm: { hosts: { here, down: { ansible_host: '127.0.0.1', ansible_port: 1 } } },
  }),
  'misspelt.yml': JSON.stringify({ kvn: { hosts: { here } } }),
  ...Object.fromEntries(programs),
  ...Object.fromEntries(
    [...programs].map(([name, code]) => [
      name.replace(/ts$/, 'js'),
      transformSync(code, { loader: 'ts', format: 'esm', target: 'node20.19' }).code,
    ]),
  ),
});
mkdirSync(join(folder, 'node_modules'));
symlinkSync(stagePackage().folder, join(folder, 'node_modules', 'kvmplay'));
symlinkSync(join(root, 'node_modules', 'zod'), join(folder, 'node_modules', 'zod'));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function node(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  return runProgram([process.execPath, ...args], { cwd: folder, env });
}

describe('the programs of docs/library.md', () => {
  it('are complete and type-check', () => {
    expect([...programs.keys()]).toEqual(['drift.ts', 'endpoint.ts', 'follow.ts', 'cmdb.ts']);
    expect(typeProblems([...programs.keys()].map((name) => join(folder, name)))).toEqual([]);
  });
});

describe('drift.ts', () => {
  it('prints what differs and fails', async () => {
    const { code, stdout } = await node(['drift.js']);

    expect(code).toBe(1);
    expect(stdout.split('\n').filter((line) => line.includes('+ bridge'))).toEqual([
      expect.stringMatching(/^here: ensureBridge brvlan-10: \+ bridge brvlan-10/),
      expect.stringMatching(/^here: ensureBridge brvlan-11: \+ bridge brvlan-11/),
    ]);
  });

  it('tells of a host that cannot be asked', async () => {
    const { code, stdout } = await node(['drift.js', 'down.yml']);

    expect(code).toBe(1);
    expect(stdout).toContain('down: down (127.0.0.1:1) refuses connections: no sshd listens there\n');
  });
});

describe('follow.ts', () => {
  it('writes where the run is, and shows what came of it', async () => {
    const { code, stdout } = await node(['follow.js']);

    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: 'guest bridges: here changed brvlan-10\nthe run has ended\n',
    });
    expect(JSON.parse(readFileSync(join(folder, 'status.json'), 'utf8'))).toMatchObject({
      checkMode: true,
      plays: [{ play: 'guest bridges', hosts: [{ host: 'here', tasks: [{ task: 'ensureBridge' }] }] }],
    });
  });

  it('shows how far a recorded run came', async () => {
    const of = { play: 'bonds', playIndex: 0 };
    const events: readonly RunEvent[] = [
      { seq: 1, at: 1, type: 'run.start', checkMode: false, plays: ['bonds'] },
      { seq: 2, at: 2, type: 'play.start', ...of, hosts: ['kvm1', 'kvm2'] },
      { seq: 3, at: 3, type: 'host.start', ...of, host: 'kvm2' },
    ];
    writeFileSync(join(folder, 'events.jsonl'), events.map((event) => `${JSON.stringify(event)}\n`).join(''));

    const { stdout } = await node(['follow.js', 'events.jsonl']);

    expect(stdout).toBe('bonds: kvm1 waiting\nbonds: kvm2 running\nthe run has not ended\n');
  });
});

describe('endpoint.ts', () => {
  it('streams every event, one run at a time, and says what is wrong', async () => {
    const endpoint = await startEndpoint();
    try {
      const [first, second] = await Promise.all([endpoint.post(), endpoint.post()]);
      const [run, refused] = first.status === 200 ? [first, second] : [second, first];
      const events = run.text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as RunEvent);
      writeFileSync(join(folder, 'hosts.yml'), readFileSync(join(folder, 'misspelt.yml')));
      const wrong = await endpoint.post();

      expect(refused).toEqual({ status: 409, text: 'a run is under way\n' });
      expect(events[0]).toMatchObject({ type: 'run.start', checkMode: true });
      expect(events).toContainEqual(expect.objectContaining({ type: 'task.end', subject: 'brvlan-10' }));
      expect(events.at(-1)).toMatchObject({ type: 'run.end' });
      expect(wrong.text).toMatch(
        /^KVMPLAY_INVENTORY: kvm is neither a group nor a host .*did you mean kvn\?\n$/,
      );
    } finally {
      await endpoint.stop();
    }
  });
});

describe('cmdb.ts', () => {
  it('plans the hosts that a service knows', async () => {
    const machine = { name: 'kvm1', address: '127.0.0.1', rack: 'r1', vlans: [10, 11], connection: 'local' };
    const cmdb = await startCmdb([machine]);
    try {
      const { code, stdout, stderr } = await node(['cmdb.js'], { CMDB: cmdb.url });

      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toContain('play a bridge for each VLAN: 1 host');
      expect(stdout).toMatch(/kvm1 +would change +ensureBridge brvlan-11/);
    } finally {
      await cmdb.stop();
    }
  });

  it('believes no answer of another shape', async () => {
    const cmdb = await startCmdb([{ name: 'kvm1' }]);
    try {
      const { code, stdout } = await node(['cmdb.js'], { CMDB: cmdb.url });

      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    } finally {
      await cmdb.stop();
    }
  });
});

async function startCmdb(machines: readonly object[]): Promise<{ url: string; stop: () => Promise<void> }> {
  const server = createServer((_request, response) => void response.end(JSON.stringify(machines)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      server.close();
      await once(server, 'close');
    },
  };
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

interface Endpoint {
  readonly post: () => Promise<Answer>;
  readonly stop: () => Promise<void>;
}

async function startEndpoint(): Promise<Endpoint> {
  const child = spawn(process.execPath, ['endpoint.js'], {
    cwd: folder,
    env: { ...process.env, NODE_OPTIONS: '', PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [greeting] = (await once(child.stdout, 'data')) as [Buffer];
  const port = /port: (\d+)/.exec(greeting.toString())?.[1] ?? '';
  return {
    async post() {
      const response = await fetch(`http://127.0.0.1:${port}/check`, { method: 'POST' });
      return { status: response.status, text: await response.text() };
    },
    async stop() {
      child.kill();
      await once(child, 'exit');
    },
  };
}
