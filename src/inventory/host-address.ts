import { isIPv6 } from 'node:net';

export interface HostAddress {
  /** A name or address; it may contain ranges. */
  readonly host: string;
  readonly port?: number;
}

const range = '\\[(?:[a-zA-Z]:[a-zA-Z]|[0-9]+:[0-9]+)(?::[0-9]+)?\\]';
const label = `(?:[\\p{L}\\p{N}_]|${range})(?:[\\p{L}\\p{N}_-]|${range})*(?<![_-])`;
const hostname = new RegExp(`^${label}(?:\\.${label})*$`, 'u');

/**
 * Reads `kvm1`, `kvm[1:9].example.com:2222`, `192.0.2.1`, `2001:db8::1`, `[2001:db8::1]:2222` as Ansible does; undefined for what
 * is none of these.
 */
export function parseHostAddress(text: string): HostAddress | undefined {
  const bracketed = /^\[(.+)\]:([0-9]+)$/.exec(text);
  const plain = bracketed ?? /^((?:[^:[\]]|\[[^\]]*\])*):([0-9]+)$/.exec(text);
  const host = plain?.[1] ?? text;
  if (!hostname.test(host) && !isIPv6(host.replaceAll(/\[[0-9a-f]+:[0-9a-f]+(?::[0-9]+)?\]/gi, '0'))) {
    return undefined;
  }
  return plain === null ? { host } : { host, port: Number(plain[2]) };
}
