import { Duplex, type Readable, type Writable } from 'node:stream';

/** The two directions of something that carries a connection: a channel of a bastion, a process. */
export interface Carrier {
  readonly readable: Readable;
  readonly writable: Writable;
  /** Tells, once or more often, when nothing more will come, and what went wrong. */
  readonly onEnd: (listener: (error?: Error) => void) => void;
  /** Lets go of it. */
  readonly close: () => void;
}

/** Makes a socket of a carrier: one stream with one end, which is closed when either direction is. */
export class StreamSocket extends Duplex {
  readonly #carrier: Carrier;

  constructor(carrier: Carrier) {
    super({ allowHalfOpen: false });
    this.#carrier = carrier;
    const { readable, writable, onEnd } = carrier;
    readable.on('data', (chunk: Buffer) => {
      if (!this.push(chunk)) readable.pause();
    });
    onEnd((error) => {
      if (error !== undefined) this.destroy(error);
      else if (!this.destroyed) this.push(null);
    });
    for (const stream of [readable, writable]) stream.on('error', (error: Error) => this.destroy(error));
  }

  override _read(): void {
    this.#carrier.readable.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#carrier.writable.write(chunk, done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#carrier.writable.end();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#carrier.close();
    done(error);
  }
}
