import { UsageError } from '../../errors.ts';
import type { Probe } from '../../model/probe.ts';
import { quote } from '../../model/shell-quote.ts';

/**
 * Checks that the host can ping an address.
 *
 * @example
 * play({ name: 'bond6', hosts: 'kvm', probes: [ping('10.128.1.1')], run });
 */
export function ping(address: string): Probe {
  const family = address.includes(':') ? '-6' : '-4';
  return {
    failure: `${address} does not answer ping`,
    script: `ping ${family} -n -c 1 -W 1 ${quote(address)} 2>&1`,
  };
}

/** Checks that the host can open a TCP connection. Needs bash or nc on the host; without either it never passes. Throws UsageError for an invalid port. */
export function tcp(address: string, port: number): Probe {
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new UsageError(`tcp probe: port is ${String(port)}, it should be a whole number from 1 to 65535`);
  }
  const target = `${quote(address)} ${String(port)}`;
  return {
    failure: `${address} port ${String(port)} does not accept connections`,
    script: `if command -v nc >/dev/null; then nc -z -w 2 ${target}
else timeout 2 bash -c ': < "/dev/tcp/$0/$1"' ${target}; fi`,
  };
}

/** Checks by your own script: POSIX sh, exit code 0 passes. `failure` completes the sentence "after the change …". */
export function check(failure: string, script: string): Probe {
  return { failure, script };
}
