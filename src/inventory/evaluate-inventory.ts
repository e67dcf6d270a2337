import type { HostVars } from '../model/host.ts';
import type { Inventory } from '../model/inventory.ts';
import { Secrets } from '../model/secrets.ts';
import { HostScope, isPasswordName, isPlain, type FleetScope } from './host-scope.ts';
import { parseTemplate } from './template/parse-template.ts';
import type { Statement } from './template/syntax.ts';
import { LazyMapping } from './template/values.ts';

/**
 * The inventory with variables that are evaluated as they are read: templates, `!vault` and `!unsafe` values. Extra variables
 * win over those of every host, and templates see them.
 */
export function evaluateInventory(inventory: Inventory, extraVars: HostVars = {}): Inventory {
  const secrets = inventory.secrets ?? new Secrets();
  const templates = new Map<string, readonly Statement[]>();
  const scopes = new Map<string, HostScope>();
  let groups: FleetScope['groups'] | undefined;
  const fleet: FleetScope = {
    secrets,
    get groups() {
      return (groups ??= hostsOfGroups(inventory));
    },
    hostvars: new LazyMapping(
      inventory.hosts.map(({ name }) => name),
      (host) => {
        const scope = scopes.get(host);
        return scope && new LazyMapping(scope.names, (name) => scope.lookup(name));
      },
    ),
    parse(text) {
      const known = templates.get(text);
      const template = known ?? parseTemplate(text);
      templates.set(text, template);
      return template;
    },
  };
  hidePasswords(extraVars, secrets);
  const hosts = inventory.hosts.map((host) => {
    const scope = new HostScope(host, extraVars, fleet);
    scopes.set(host.name, scope);
    hidePasswords(host.rawVars ?? host.vars, secrets);
    return { ...host, rawVars: host.rawVars ?? host.vars, vars: scope.toVars() };
  });
  return { ...inventory, hosts, secrets };
}

/** Hides plain passwords now. The others are hidden when they are read. */
function hidePasswords(vars: HostVars, secrets: Secrets): void {
  for (const [name, value] of Object.entries(vars)) {
    if (isPasswordName(name) && isPlain(value)) secrets.addAll(value);
  }
}

/** The hosts of every group and of the groups below it, those nearer to it first. */
function hostsOfGroups({ groups, hosts }: Inventory): FleetScope['groups'] {
  const all = hosts.map(({ name }) => name);
  const names = [...groups.keys()].map((name) => [name, name === 'all' ? all : hostsBelow(name)] as const);
  return Object.fromEntries(names);

  function hostsBelow(name: string): readonly string[] {
    const found = new Set([name]);
    // A Set yields its members in the order of insertion, also those that are added while it is walked.
    for (const group of found) groups.get(group)?.children.forEach((child) => found.add(child));
    return [...new Set([...found].flatMap((group) => groups.get(group)?.hosts ?? []))];
  }
}
