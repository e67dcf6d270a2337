import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { runScript } from '../../../src/transports/script/run-script.ts';
import type { CommandResult } from '../../../src/model/host.ts';
import type { Dialogue } from '../../../src/transports/login/become.ts';

const marker = 'kvmplay-script-1';

class FakeProcess {
  readonly events = new EventEmitter();
  readonly stdin = new PassThrough();
  readonly stdout = new PassThrough();
  readonly stderr = new PassThrough();

  run(dialogue?: Dialogue, maxOutput?: number): Promise<CommandResult> {
    return runScript(this, {
      launch: { command: '', marker, ...(dialogue !== undefined && { dialogue }) },
      script: '',
      subject: 'admin@kvm1',
      lost: () => new Error('lost'),
      maxOutput,
    });
  }

  /** Every piece is a chunk of its own. */
  say(stream: 'stdout' | 'stderr', pieces: readonly string[]): void {
    for (const piece of pieces) this[stream].emit('data', Buffer.from(piece));
  }

  end(): void {
    this.stderr.resume().end();
    this.events.emit('exit', 0, null);
    this.events.emit('close');
  }
}

const dialogue: Dialogue = { program: 'sudo', prompt: /password:$/, password: 'x' };

describe('runScript', () => {
  it('finds the marker wherever it is cut', async () => {
    const process = new FakeProcess();
    const running = process.run();

    process.say('stdout', ['hello\nkvmplay', '-script', '-1', '\nan', 'swer']);
    process.say('stderr', ['noise', `${marker}\n`, 'complaint']);
    process.end();

    expect(await running).toEqual({ code: 0, stdout: 'answer', stderr: 'complaint' });
  });

  it('answers a question that comes in pieces, once', async () => {
    const process = new FakeProcess();
    const written: string[] = [];
    process.stdin.on('data', (chunk: Buffer) => written.push(chunk.toString()));
    const running = process.run(dialogue);

    process.say('stderr', ['a lecture\n', 'pass', 'word:', '\n']);
    process.say('stdout', [`${marker}\n`]);
    process.end();

    await running;
    expect(written[0]).toBe('x\n');
  });

  it('takes no question for asked again when standard error begins before standard output', async () => {
    const process = new FakeProcess();
    const running = process.run(dialogue);

    process.say('stderr', ['password:', `${marker}\n`, 'a complaint of the script']);
    process.say('stdout', [`${marker}\n`, 'answer']);
    process.end();

    expect(await running).toMatchObject({ code: 0, stdout: 'answer' });
  });

  it('takes time by what a login says, not by the pieces it says it in', async () => {
    const timeOf = async (pieces: number): Promise<number> => {
      const process = new FakeProcess();
      const running = process.run(dialogue).catch(() => undefined);
      const begun = performance.now();
      process.say('stderr', Array<string>(pieces).fill('x'.repeat(4)));
      process.say('stdout', Array<string>(pieces).fill('y'.repeat(4)));
      const took = performance.now() - begun;
      process.end();
      await running;
      return took;
    };
    await timeOf(1000);

    const [short, long] = [await timeOf(15_000), await timeOf(60_000)];

    // Four times as many take some four times as long, sixteen times as long by a reader that joins them each time.
    expect(long / short).toBeLessThan(10);
  });

  it('leaves a login that does not end its greeting', async () => {
    const process = new FakeProcess();
    const running = process.run();

    process.say('stdout', ['x'.repeat(300 * 1024)]);

    await expect(running).rejects.toThrow('admin@kvm1 cannot run a script: its login says more than 256 KiB');
  });

  it('leaves a script that says more than it may', async () => {
    const process = new FakeProcess();
    const running = process.run(undefined, 1024 * 1024);

    process.say('stdout', [`${marker}\n`, 'x'.repeat(1024 * 1024 + 1)]);

    await expect(running).rejects.toThrow('a script on admin@kvm1 wrote more than 1 MiB');
  });
});
