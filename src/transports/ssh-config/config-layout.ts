import { matchesGlob } from '../glob.ts';

/** Tells from the text of ssh_config files which hosts to look up, and which of them get the same settings. */
export interface ConfigLayout {
  /** Nothing in the files concerns how kvmplay connects. */
  readonly isPlain: boolean;
  /** Hosts with the same key get the same answer, but for their own name. */
  keyOf(destination: string): string;
}

/** Keywords that kvmplay obeys, refuses, or that change what a name means. */
const concerning = new Set([
  'addressfamily',
  'bindaddress',
  'bindinterface',
  'canonicaldomains',
  'canonicalizehostname',
  'challengeresponseauthentication',
  'connecttimeout',
  'globalknownhostsfile',
  'hostkeyalias',
  'hostname',
  'identitiesonly',
  'identityagent',
  'identityfile',
  'kbdinteractiveauthentication',
  'passwordauthentication',
  'pkcs11provider',
  'port',
  'preferredauthentications',
  'proxycommand',
  'proxyjump',
  'proxyusefdpass',
  'pubkeyauthentication',
  'stricthostkeychecking',
  'user',
  'userknownhostsfile',
]);

/** Printed by `ssh -G` as they stand, tokens such as %h included. */
const unexpanded = new Set(['identityfile', 'proxycommand']);

/** Criteria of Match that hold for every host. */
const always = new Set(['all', 'final', 'canonical']);

/**
 * Reads ssh_config files only as far as that: a Host line depends on nothing but the name, so that hosts whom the same
 * patterns match are treated alike. Where a file decides by anything else, each host is its own case.
 */
export function readConfigLayout(texts: readonly string[]): ConfigLayout {
  const patterns = new Set<string>();
  let isPlain = true;
  let isPerHost = false;
  for (const line of texts.flatMap((text) => text.split('\n'))) {
    const [, word = '', rest = ''] = /^\s*([A-Za-z][A-Za-z0-9]*)((?:[\s=].*)?)$/s.exec(line) ?? [];
    const keyword = word.toLowerCase();
    const words = rest.replace(/^\s*=/, ' ').replaceAll('"', ' ').split(/\s+/).filter(Boolean);
    if (keyword === 'host') for (const pattern of words) patterns.add(pattern.replace(/^!/, ''));
    if (keyword === 'match' && !words.every((criterion) => always.has(criterion.toLowerCase()))) {
      isPerHost = true;
    }
    const isExpanded = keyword === 'include' || (concerning.has(keyword) && !unexpanded.has(keyword));
    if (keyword === 'canonicalizehostname' || (isExpanded && /[%$]/.test(rest))) isPerHost = true;
    if (concerning.has(keyword)) isPlain = false;
  }

  return {
    isPlain,
    keyOf(destination) {
      if (isPerHost || destination !== destination.toLowerCase()) return `=${destination}`;
      return [...patterns].map((pattern) => (matchesGlob(pattern, destination) ? '1' : '0')).join('');
    },
  };
}
