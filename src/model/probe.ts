/** A check that runs on the host, before a change and after it. */
export interface Probe {
  /** Ends the sentence "after the change …": `10.128.1.1 does not answer ping`. */
  readonly failure: string;
  /** POSIX sh, ended by itself within seconds: exit 0 passes. The last line it prints is the value seen. */
  readonly script: string;
  /** True: must pass after the change whatever it did before. Default: only when it passed before. */
  readonly isRequired?: boolean;
}
