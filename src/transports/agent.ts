import ssh2, { type ParsedKey, type SignCallback, type SigningRequestOptions } from 'ssh2';

const patience = 3000;

/** The keys of the agent at `socket`; none when nobody answers there, for a stale SSH_AUTH_SOCK must not stop a login by key. */
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
