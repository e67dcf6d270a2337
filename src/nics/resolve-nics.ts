import { PlanError } from '../errors.ts';
import type { DefaultRoute, Nic, Nics } from '../facts/index.ts';
import { linksBelow } from '../model/links-below.ts';
import type { Links } from '../model/link.ts';
import type { NicSelector, NicSelectors } from './nic-selectors.ts';

/** The facts that tell the NICs of a host apart. */
export interface NicAnswers {
  readonly nics: Nics;
  readonly links: Links;
  readonly defaultRoutes: readonly DefaultRoute[];
}

export interface NicQuestion {
  /** Name of the host, for messages. */
  readonly host: string;
  readonly selectors: NicSelectors;
  /** The names that the playbook asks for. Selectors of other names need not match a NIC. */
  readonly names: readonly string[];
}

/** Finds the link for each name. Throws PlanError for a selector that matches no NIC, several, or the NIC of another name. */
export function resolveNics(question: NicQuestion, answers: NicAnswers): ReadonlyMap<string, string> {
  const resolved = new Map<string, string>();
  for (const name of question.names) {
    const nic = resolveOne(name, question, answers);
    const [twin] = [...resolved].find(([, link]) => link === nic.name) ?? [];
    if (twin !== undefined) {
      throw refusal(
        `${twin} and ${name} of ${question.host} should be two NICs, and both are ${nic.name}`,
        answers,
      );
    }
    resolved.set(name, nic.name);
  }
  return resolved;
}

function resolveOne(name: string, { host, selectors }: NicQuestion, answers: NicAnswers): Nic {
  const selector = selectors[name] ?? {};
  const fitting = nicsFor(selector, answers);
  const [nic, ...more] =
    fitting.length > 1 && selector.carriesDefaultRoute === true
      ? withoutOthers(fitting, name, selectors, answers)
      : fitting;
  const wanted = describeSelector(selector);
  const route = selector.carriesDefaultRoute === true ? `: ${describeRoute(answers)}` : '';
  if (nic === undefined)
    throw refusal(`${name} of ${host} should be the NIC ${wanted}, and there is none${route}`, answers);
  if (more.length === 0) return nic;
  const all = [nic, ...more].map((each) => each.name);
  const hint = route === '' ? '' : `${route}; say which by its mac`;
  throw refusal(
    `${name} of ${host} should be the one NIC ${wanted}, and there are ${all.join(', ')}${hint}`,
    answers,
  );
}

/** Ends of veth pairs count only when no hardware matches: in a container, but not beside the NICs of a host. */
function nicsFor(selector: NicSelector, answers: NicAnswers): readonly Nic[] {
  const { name, mac, driver, pci, carriesDefaultRoute } = selector;
  const carriers = carriesDefaultRoute === true ? carriersOf(answers) : undefined;
  const fitting = [...answers.nics.values()].filter(
    (nic) =>
      (mac === undefined || nic.mac === mac) &&
      (driver === undefined || nic.driver === driver) &&
      (pci === undefined || nic.pci === pci) &&
      carriers?.has(nic.name) !== false,
  );
  if (name === undefined) return preferHardware(fitting);
  const first = [name].flat().find((each) => fitting.some((nic) => nic.name === each));
  return fitting.filter((nic) => nic.name === first);
}

function preferHardware(nics: readonly Nic[]): readonly Nic[] {
  const hardware = nics.filter(isHardware);
  return hardware.length > 0 ? hardware : nics;
}

function isHardware({ driver }: Nic): boolean {
  return driver !== 'veth';
}

/**
 * Both NICs of a bond carry its default route. Two names never mean the same NIC, so a NIC that another selector matches by
 * other fields is left out.
 */
function withoutOthers(
  fitting: readonly Nic[],
  name: string,
  selectors: NicSelectors,
  answers: NicAnswers,
): readonly Nic[] {
  const taken = new Set<string>();
  for (const [other, selector] of Object.entries(selectors)) {
    if (other === name || selector.carriesDefaultRoute === true) continue;
    const [nic, ...more] = nicsFor(selector, answers);
    if (nic !== undefined && more.length === 0) taken.add(nic.name);
  }
  return fitting.filter((nic) => !taken.has(nic.name));
}

/** The NICs below the links of the default route. */
function carriersOf({ nics, links, defaultRoutes }: NicAnswers): ReadonlySet<string> {
  const below = leavingThrough(defaultRoutes).flatMap((link) => [...linksBelow(links, link)]);
  return new Set(below.filter((link) => nics.has(link)));
}

/** The links of the default routes in use: those of the lowest metric, of IPv6 only when IPv4 has none. */
function leavingThrough(routes: readonly DefaultRoute[]): readonly string[] {
  const family = routes.some((route) => route.family === 4) ? 4 : 6;
  const ofFamily = routes.filter((route) => route.family === family);
  const lowest = Math.min(...ofFamily.map(({ metric }) => metric));
  return [...new Set(ofFamily.filter(({ metric }) => metric === lowest).map(({ link }) => link))];
}

function describeRoute({ defaultRoutes }: NicAnswers): string {
  const through = leavingThrough(defaultRoutes);
  if (through.length === 0) return 'the host has no default route';
  return `the default route leaves through ${through.join(' and ')}`;
}

/** `named eno3 or em3, with driver ixgbe, under the default route` */
function describeSelector({ name, mac, driver, pci, carriesDefaultRoute }: NicSelector): string {
  return [
    name === undefined ? '' : `named ${[name].flat().join(' or ')}`,
    mac === undefined ? '' : `with MAC ${mac}`,
    driver === undefined ? '' : `with driver ${driver}`,
    pci === undefined ? '' : `in PCI slot ${pci}`,
    carriesDefaultRoute === true ? 'under the default route' : '',
  ]
    .filter(Boolean)
    .join(', ');
}

const MOST_ROWS = 20;

/** The error lists all NICs of the host: the right one is among them. */
function refusal(message: string, answers: NicAnswers): PlanError {
  const carriers = carriersOf(answers);
  const nics = [...answers.nics.values()];
  const ordered = [...nics.filter(isHardware), ...nics.filter((nic) => !isHardware(nic))];
  const rows = ordered.slice(0, MOST_ROWS).map(({ name, mac, driver = '', pci = '' }) => {
    const route = carriers.has(name) ? 'default route' : '';
    return [name.padEnd(15), mac.padEnd(17), driver.padEnd(12), pci.padEnd(12), route].join('  ').trimEnd();
  });
  const more = ordered.length - rows.length;
  return new PlanError(message, { details: more === 0 ? rows : [...rows, `and ${more} more`] });
}
