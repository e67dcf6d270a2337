/**
 * Words with one value each that ip-route(8) takes as it shows them, and that a `Route` has no member for. A `lock` may
 * stand before the value.
 */
export const routeAttributes: ReadonlySet<string> = new Set([
  'tos',
  'from',
  'pref',
  'realms',
  'realm',
  'mtu',
  'advmss',
  'rtt',
  'rttvar',
  'reordering',
  'window',
  'cwnd',
  'initcwnd',
  'initrwnd',
  'ssthresh',
  'features',
  'quickack',
  'congctl',
  'rto_min',
  'hoplimit',
]);
