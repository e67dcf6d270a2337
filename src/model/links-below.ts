import { portsOf } from './kernel.ts';
import type { Links } from './link.ts';

/** Returns the names of a link and of all links below it: parents of VLANs, ports of bonds and bridges, lower links of others. */
export function linksBelow(links: Links, name: string): ReadonlySet<string> {
  const below = new Set<string>();
  const descend = (link: string): void => {
    if (below.has(link)) return;
    below.add(link);
    const parent = links.get(link)?.vlan?.parent;
    if (parent !== undefined) descend(parent);
    for (const lower of links.get(link)?.lower ?? []) descend(lower);
    for (const port of portsOf(links, link)) descend(port.name);
  };
  descend(name);
  return below;
}
