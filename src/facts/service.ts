import { FactParseError } from '../errors.ts';
import type { Change } from '../model/change.ts';
import type { ServiceManager } from '../changes/service.ts';
import type { Fact } from '../model/fact.ts';
import type { FakeState } from '../model/fake-state.ts';
import type { Service } from '../model/service.ts';
import { quote } from '../model/shell-quote.ts';
import { linesOf } from './text.ts';

/** The state of a service, reported by systemd or the scripts in /etc/init.d. */
export function serviceFact(name: string): Fact<Service> {
  return {
    name: `service ${name}`,
    script: scriptFor(name),
    parse: (output) => parse(name, output),
    after: (value, change) => after(name, value, change),
    fake: (state) => fake(name, state),
  };
}

/**
 * A script of init.d reports a running service by exit code 0. Links in the run levels 2 to 5 enable it at boot. systemd does not report the boot state of
 * such a service, so the script looks at the links there, too.
 */
function scriptFor(name: string): string {
  const plain = name.replace(/\.service$/, '');
  const script = quote(`/etc/init.d/${plain}`);
  return `
if [ -x ${script} ]; then
  for link in /etc/rc[2-5].d/S[0-9][0-9]${quote(plain)} /etc/rc.d/rc[2-5].d/S[0-9][0-9]${quote(plain)}; do
    if [ -e "$link" ]; then echo 'link yes'; break; fi
  done
fi
if [ -d /run/systemd/system ]; then
  echo 'manager systemd'
  systemctl show -p Id -p LoadState -p ActiveState -p SubState -p UnitFileState -- ${quote(name)}
elif [ -d /etc/init.d ]; then
  if command -v update-rc.d >/dev/null; then echo 'manager update-rc.d'; else echo 'manager chkconfig'; fi
  if [ -x ${script} ]; then
    echo script
    if service ${quote(plain)} status >/dev/null 2>&1; then echo running; fi
  fi
fi
true
`;
}

function parse(name: string, output: string): Service {
  const lines = linesOf(output);
  const has = (line: string): boolean => lines.includes(line);
  const manager = managers.find((candidate) => has(`manager ${candidate}`));
  if (manager === undefined) return { existence: 'missing', running: false, enabled: false };
  if (manager === 'systemd') return { manager, ...parseUnit(name, lines) };
  return {
    manager,
    existence: has('script') ? 'there' : 'missing',
    running: has('running'),
    enabled: has('link yes'),
  };
}

const managers: readonly ServiceManager[] = ['systemd', 'chkconfig', 'update-rc.d'];

function parseUnit(name: string, lines: readonly string[]): Omit<Service, 'manager'> {
  const valueOf = (key: string): string | undefined =>
    lines.find((line) => line.startsWith(`${key}=`))?.slice(key.length + 1);
  const [load, active, sub] = [valueOf('LoadState'), valueOf('ActiveState'), valueOf('SubState')];
  if (load === undefined || active === undefined)
    throw new FactParseError(`systemd reports no state of ${name}: ${JSON.stringify(lines.join(' '))}`);
  // In `auto-restart` the service has just failed.
  const isStarting = active === 'activating' && sub !== 'auto-restart';
  const unit = valueOf('Id')?.replace(/\.service$/, '') ?? '';
  const isAlias = load === 'loaded' && unit !== '' && unit !== name.replace(/\.service$/, '');
  return {
    existence: load === 'not-found' ? 'missing' : 'there',
    ...(isAlias && { unit }),
    running: active === 'active' || active === 'reloading' || isStarting,
    enabled: load === 'masked' ? 'masked' : isEnabled(valueOf('UnitFileState') ?? '', lines),
  };
}

function isEnabled(state: string, lines: readonly string[]): boolean | 'fixed' {
  // `enabled-runtime` ends with the next boot.
  if (['enabled', 'alias'].includes(state)) return true;
  if (['static', 'indirect', 'transient'].includes(state)) return 'fixed';
  // systemd reports a script in init.d as `generated`; old versions as `bad` or not at all.
  return ['generated', 'bad', ''].includes(state) && lines.includes('link yes');
}

function after(name: string, value: Service, change: Change): Service {
  if (change.kind === 'service.set' && change.name === (value.unit ?? name)) {
    return { ...value, existence: 'there', ...change.after };
  }
  if (value.existence !== 'missing') return value;
  const isBrought =
    change.kind === 'package.install' ||
    (change.kind === 'file.write' && definitionsOf(name, value.manager).includes(change.path));
  return isBrought ? { ...value, existence: 'expected' } : value;
}

/** Returns the files that define a service of this name; for `getty@tty1` the files of its template. */
function definitionsOf(name: string, manager: ServiceManager | undefined): readonly string[] {
  const plain = name.replace(/\.service$/, '');
  const script = `/etc/init.d/${plain}`;
  if (manager !== 'systemd') return [script];
  const unit = /\.[a-z]+$/.test(name) ? name : `${name}.service`;
  const units = [unit, templateOf(unit)];
  const folders = [
    '/etc/systemd/system',
    '/run/systemd/system',
    '/usr/lib/systemd/system',
    '/lib/systemd/system',
  ];
  return [script, ...folders.flatMap((folder) => units.map((file) => `${folder}/${file}`))];
}

/** `getty@.service` for `getty@tty1.service`; a unit without an instance is returned as it is. */
function templateOf(unit: string): string {
  const instance = unit.indexOf('@') + 1;
  const end = unit.indexOf('.', instance);
  return instance === 0 || end === -1 ? unit : unit.slice(0, instance) + unit.slice(end);
}

/** Returns the service; without one, files that define it make it expected. */
function fake(name: string, { services, files }: FakeState): Service {
  const known = services.get(name) ?? [...services.values()].find(({ unit }) => unit === name);
  if (known !== undefined) return known;
  return [...files.keys()].reduce<Service>(
    (service, path) => after(name, service, { kind: 'file.write', path, mode: 0o644, after: '' }),
    { manager: 'systemd', existence: 'missing', running: false, enabled: false },
  );
}
