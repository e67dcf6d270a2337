import { isKvmplayError } from '../errors.ts';
import { backOff } from './handshakes.ts';
import { sleep, type OnCut } from './limits.ts';

export interface Retrying {
  /** Number of retries. */
  readonly retries: number;
  readonly onCut: OnCut;
  /** Between 0 and 1. */
  readonly random: () => number;
}

/** Retries a connect that did not reach its host, at growing random intervals. A refused one is not retried. */
export async function retryUnreachable<T>(
  connect: () => Promise<T>,
  { retries, onCut, random }: Retrying,
): Promise<T> {
  const cut = { isCut: false };
  onCut(() => (cut.isCut = true));
  for (let failure = 0; ; failure++) {
    try {
      return await connect();
    } catch (error) {
      if (cut.isCut || failure >= retries || !mayRetry(error)) throw error;
      if (!(await sleep(backOff(failure, random), onCut))) throw error;
    }
  }
}

/** A login or a host key that was refused would be refused again. */
function mayRetry(error: unknown): boolean {
  return isKvmplayError(error) && error.isTransient;
}
