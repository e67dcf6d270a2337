/** Watches for logins that wait until a person touches a security key. */
export interface TouchWatch {
  /** Reads the log of ssh. */
  readonly onLine: (line: string) => void;
  /** Nobody waits any more. */
  readonly end: () => void;
}

export interface TouchWatchOptions {
  /** Called when ssh asks a security key for a signature, with a promise that resolves when that is over. */
  readonly onWait: (key: string, isOver: Promise<void>) => void;
}

/** Tells when an ssh waits for a security key: from the moment that the host accepts the key until it is signed with or given up. */
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
