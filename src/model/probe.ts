/** A check that runs on the host, before a change and after it. */
export interface Probe {
  /** Completes the sentence "after the change …": `10.128.1.1 does not answer ping`. */
  readonly failure: string;
  /** POSIX sh that ends by itself within seconds. Exit code 0 passes. The last line it prints is the value seen. */
  readonly script: string;
  /** True: must pass after the change, even if it failed before. Default: must pass only if it passed before. */
  readonly isRequired?: boolean;
}
