/** Who waits until a person has touched a security key, or a login has found that nobody does. */
export interface TouchWatch {
  /** Reads the log of ssh. */
  readonly onLine: (line: string) => void;
  /** Nobody waits any more. */
  readonly end: () => void;
}

export interface TouchWatchOptions {
  /** Called when ssh asks a security key to sign with a key, with what is over when that is. */
  readonly onWait: (key: string, isOver: Promise<void>) => void;
}

/** Tells when an ssh waits for a security key: from the host's word that it takes the key until there is a signature, or none. */
export function watchTouches({ onWait }: TouchWatchOptions): TouchWatch {
  let end = (): void => undefined;
  return {
    onLine(line) {
      const key = /^debug1: Server accepts key: (.+) \S+-SK SHA256:/.exec(line)?.[1];
      if (key === undefined) {
        if (signed.test(line)) end();
        return;
      }
      end();
      onWait(key, new Promise((resolve) => (end = resolve)));
    },
    end: () => end(),
  };
}

const signed =
  /^(Authenticated |debug1: Authentications that can continue: |debug1: Next authentication method: |debug1: No more auth|sign_and_send_pubkey: )/;
