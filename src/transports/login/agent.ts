import { connect } from 'node:net';

import ssh2, { type ParsedKey, type SignCallback, type SigningRequestOptions } from 'ssh2';

const patience = 3000;

/** The keys of the agent at `socket`. None when no agent answers there: a stale SSH_AUTH_SOCK must not stop a login by key. */
export function listAgentKeys(socket: string | undefined): Promise<readonly ParsedKey[]> {
  if (socket === undefined || socket === '') return Promise.resolve([]);
  return new Promise((resolve) => {
    // A socket that a dead session left forwarded accepts, and never answers.
    setTimeout(() => resolve([]), patience).unref();
    new ssh2.OpenSSHAgent(socket).getIdentities((error, keys) => {
      // In this direction ssh2 hands over parsed keys only; the wider type is that of an agent somebody writes.
      resolve(error ? [] : ((keys ?? []) as ParsedKey[]));
    });
  });
}

/** Counts the keys of the agent at `socket` that lie in security keys, which ssh2 cannot use. */
export function countSecurityKeys(socket: string): Promise<number> {
  if (socket === '') return Promise.resolve(0);
  return new Promise((resolve) => {
    const agent = connect(socket);
    const finish = (count: number): void => {
      agent.destroy();
      resolve(count);
    };
    setTimeout(() => finish(0), patience).unref();
    let reply = Buffer.alloc(0);
    agent.on('error', () => finish(0));
    agent.on('close', () => finish(0));
    agent.on('data', (chunk: Buffer) => {
      reply = Buffer.concat([reply, chunk]);
      if (reply.length >= 4 && reply.length >= 4 + reply.readUInt32BE(0))
        finish(typesIn(reply).filter((type) => type.startsWith('sk-')).length);
    });
    agent.write(Buffer.from([0, 0, 0, 1, requestIdentities]));
  });
}

/** The protocol of the agent: draft-ietf-sshm-ssh-agent, 3.5 */
const requestIdentities = 11;
const identitiesAnswer = 12;

/** The types of the keys in an answer: size, number of the message, how many keys, and for each a blob and a comment. */
function typesIn(reply: Buffer): readonly string[] {
  if (reply.at(4) !== identitiesAnswer) return [];
  let place = 9;
  const take = (): Buffer => {
    const start = place + 4;
    place = start + reply.readUInt32BE(place);
    return reply.subarray(start, place);
  };
  return Array.from({ length: reply.readUInt32BE(5) }, () => {
    const blob = take();
    take();
    return blob.toString('latin1', 4, 4 + blob.readUInt32BE(0));
  });
}

/** The agent at `socket` as if it held these keys only, and without asking it again for each connection. */
export function agentWith(
  socket: string,
  keys: readonly ParsedKey[],
): InstanceType<typeof ssh2.BaseAgent<ParsedKey>> {
  return new ChosenKeys(socket, keys);
}

class ChosenKeys extends ssh2.BaseAgent<ParsedKey> {
  readonly #agent: InstanceType<typeof ssh2.OpenSSHAgent>;
  readonly #keys: readonly ParsedKey[];

  constructor(socket: string, keys: readonly ParsedKey[]) {
    super();
    this.#agent = new ssh2.OpenSSHAgent(socket);
    this.#keys = keys;
  }

  override getIdentities(callback: (error: Error | undefined, keys: ParsedKey[]) => void): void {
    callback(undefined, [...this.#keys]);
  }

  override sign(
    key: ParsedKey,
    data: Buffer,
    options: SigningRequestOptions | SignCallback,
    callback?: SignCallback,
  ): void {
    if (typeof options === 'function') this.#agent.sign(key, data, options);
    else this.#agent.sign(key, data, options, callback);
  }
}
