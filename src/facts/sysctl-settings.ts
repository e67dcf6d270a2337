import type { Change } from '../model/change.ts';
import type { Fact } from '../model/fact.ts';
import { parseSysctlLine } from '../model/sysctl.ts';
import { linesOf } from './text.ts';

/** A setting that a file applies at boot. */
export interface SysctlSetting {
  readonly path: string;
  /** With dots, as sysctl(8) prints it. */
  readonly key: string;
  readonly value: string;
}

const folders = ['/etc/sysctl.d', '/run/sysctl.d', '/usr/local/lib/sysctl.d', '/usr/lib/sysctl.d'];

/** Settings that files apply at boot, whoever wrote them. One process reads them all. */
export const sysctlSettings: Fact<readonly SysctlSetting[]> = {
  name: 'sysctlSettings',
  script: `
set -- /etc/sysctl.conf ${folders.map((folder) => `${folder}/*.conf`).join(' ')}
[ -L /lib ] || set -- "$@" /lib/sysctl.d/*.conf
grep -sHE '^[[:space:]]*-?[[:space:]]*[A-Za-z][^#;=]*=' "$@" </dev/null
true
`,
  parse: (output) =>
    linesOf(output).flatMap((line) => {
      const end = line.indexOf(':');
      return sysctlSettingsIn(line.slice(0, end), line.slice(end + 1));
    }),
  after,
  fake: ({ files }) => [...files].flatMap(([path, file]) => sysctlSettingsIn(path, file.content ?? '')),
};

/** Returns the settings in a file of this content; none if no boot reads the file. */
export function sysctlSettingsIn(path: string, content: string): readonly SysctlSetting[] {
  if (!isRead(path)) return [];
  return content.split('\n').flatMap((line) => {
    const setting = parseSysctlLine(line);
    return setting === undefined ? [] : [{ path, ...setting }];
  });
}

function isRead(path: string): boolean {
  return (
    path === '/etc/sysctl.conf' ||
    /^\/(etc|run|lib|usr\/lib|usr\/local\/lib)\/sysctl\.d\/[^/]+\.conf$/.test(path)
  );
}

function after(settings: readonly SysctlSetting[], change: Change): readonly SysctlSetting[] {
  if (change.kind !== 'file.write' && change.kind !== 'file.delete') return settings;
  if (!isRead(change.path)) return settings;
  const others = settings.filter(({ path }) => path !== change.path);
  return change.kind === 'file.delete' ? others : [...others, ...sysctlSettingsIn(change.path, change.after)];
}
