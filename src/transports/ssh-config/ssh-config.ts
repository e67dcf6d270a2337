import type { HostKeyChecking } from '../host-keys/host-key.ts';
import type { SshConfigValues } from './parse-ssh-config.ts';

/** Connection settings of ssh_config and the arguments for ssh. Absent ones were not configured. */
export interface SshConfig {
  readonly address: string;
  readonly port: number;
  readonly user: string;
  /** In the order to try, tokens unexpanded. */
  readonly identityFiles?: readonly string[] | undefined;
  /** No key of the agent that is not among the files. */
  readonly identitiesOnly?: boolean | undefined;
  /** A socket, `none` or `SSH_AUTH_SOCK`. */
  readonly identityAgent?: string | undefined;
  readonly proxyJump?: string | undefined;
  readonly proxyCommand?: string | undefined;
  readonly knownHostsFiles?: readonly string[] | undefined;
  readonly hostKeyAlias?: string | undefined;
  readonly hostKeyChecking?: HostKeyChecking | undefined;
  /** Seconds. */
  readonly connectTimeout?: number | undefined;
  readonly addressFamily?: 4 | 6 | undefined;
  readonly localAddress?: string | undefined;
  /** Names of ways to prove who we are that must not be tried. */
  readonly refusedMethods?: readonly string[] | undefined;
  /** PreferredAuthentications, where it was configured. */
  readonly preferredMethods?: readonly string[] | undefined;
  /** Configured settings that kvmplay cannot follow, such as `BindInterface eth0`. */
  readonly impossible?: readonly string[] | undefined;
}

export interface SshConfigContext {
  /** The settings of an ssh without configuration. */
  readonly baseline: SshConfigValues;
}

const hostKeyCheckings: Readonly<Record<string, HostKeyChecking>> = {
  true: 'yes',
  yes: 'yes',
  'accept-new': 'accept-new',
  false: 'no',
  no: 'no',
  off: 'no',
};

const methodSwitches = new Map([
  ['pubkeyauthentication', 'publickey'],
  ['passwordauthentication', 'password'],
  ['kbdinteractiveauthentication', 'keyboard-interactive'],
  ['challengeresponseauthentication', 'keyboard-interactive'],
]);

/** Keywords without which a connection would be another than the one that is configured. */
const impossibleKeywords = new Map([
  ['bindinterface', 'BindInterface'],
  ['pkcs11provider', 'PKCS11Provider'],
  ['proxyusefdpass', 'ProxyUseFdpass'],
]);

export function toSshConfig(values: SshConfigValues, { baseline }: SshConfigContext): SshConfig {
  const one = (keyword: string): string | undefined => {
    const [value] = values.get(keyword) ?? [];
    return value === 'none' ? undefined : value;
  };
  /** Only what differs from an ssh without configuration was configured. */
  const configured = (keyword: string): readonly string[] | undefined => {
    const found = values.get(keyword) ?? [];
    const usual = baseline.get(keyword) ?? [];
    return found.join('\n') === usual.join('\n') ? undefined : found.filter((value) => value !== 'none');
  };
  const paths = (keyword: string): readonly string[] =>
    (values.get(keyword) ?? []).flatMap((value) => value.split(' ')).filter((path) => path !== 'none');

  const isKnownHostsConfigured =
    configured('userknownhostsfile') !== undefined || configured('globalknownhostsfile') !== undefined;
  const preferred = one('preferredauthentications')?.split(',');
  const refusedMethods = [...methodSwitches]
    .filter(
      ([keyword, method]) =>
        ['no', 'false'].includes(one(keyword) ?? 'yes') || preferred?.includes(method) === false,
    )
    .map(([, method]) => method);
  const impossible = [...impossibleKeywords].flatMap(([keyword, name]) =>
    (configured(keyword) ?? []).map((value) => `${name} ${value}`),
  );
  const connectTimeout = Number(one('connecttimeout'));
  const checking = hostKeyCheckings[one('stricthostkeychecking') ?? 'ask'];
  const family = { inet: 4, inet6: 6 }[one('addressfamily') ?? 'any'] as 4 | 6 | undefined;

  return {
    address: (one('hostname') ?? '').replace(/^\[(.*)\]$/, '$1'),
    port: Number(one('port')) || 22,
    user: one('user') ?? '',
    identityFiles: configured('identityfile'),
    identitiesOnly: one('identitiesonly') === 'yes' || undefined,
    identityAgent: configured('identityagent') && (values.get('identityagent')?.[0] ?? ''),
    proxyJump: one('proxyjump'),
    proxyCommand: one('proxycommand'),
    knownHostsFiles: isKnownHostsConfigured
      ? [...paths('userknownhostsfile'), ...paths('globalknownhostsfile')]
      : undefined,
    hostKeyAlias: one('hostkeyalias'),
    hostKeyChecking: checking,
    connectTimeout: connectTimeout > 0 ? connectTimeout : undefined,
    addressFamily: family,
    localAddress: one('bindaddress'),
    refusedMethods: refusedMethods.length > 0 ? [...new Set(refusedMethods)] : undefined,
    preferredMethods: preferred,
    impossible: impossible.length > 0 ? impossible : undefined,
  };
}
