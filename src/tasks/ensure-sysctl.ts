import * as z from 'zod';
import { PlanError } from '../errors.ts';
import { filesFact, platform, sysctlFact, type SysctlSetting, sysctlSettings } from '../facts/index.ts';
import type { Change } from '../model/change.ts';
import { moduleBehindSysctl, sysctlValue } from '../model/sysctl.ts';
import { defineTask, type TaskFunction } from './define-task.ts';
import { deleteFile, filePath, findFile, writeFile } from './files/file-changes.ts';
import { fields, matching, type Shape, state } from './input/input.ts';
import { withoutSetting, withSetting } from './files/sysctl-file.ts';
import { requireRoot } from './input/require-root.ts';

/** Desired value of a kernel setting. */
export interface DesiredSysctl {
  /** Key as printed by sysctl(8): `net.ipv4.ip_forward`. A dot inside a name is a slash: `net.ipv4.conf.eno3/10.rp_filter`. */
  readonly key: string;
  /** Value; several are separated by blanks. Required unless `state` is `absent`. */
  readonly value?: string | number | undefined;
  /** `absent` removes the setting from the file; the running kernel keeps its value until the next boot. Default: `present`. */
  readonly state?: 'present' | 'absent' | undefined;
  /** The file that sets the value at boot; its other lines stay. Default: `/etc/sysctl.d/60-kvmplay.conf`. */
  readonly file?: string | undefined;
}

/** The result of `ensureSysctl`. */
export interface SysctlOutput {
  /** Value in the kernel; undefined if the setting does not exist yet. */
  readonly value: string | undefined;
}

const schema = fields({
  key: matching('the name of a setting with dots, such as "net.ipv4.ip_forward"', (value) =>
    /^[\w-]+(\.[\w:@-]+)(?:[./][\w:@-]+)*$/.test(value),
  ),
  value: z
    .custom<string | number>(
      (value) =>
        (typeof value === 'number' && Number.isFinite(value)) ||
        (typeof value === 'string' && value.trim() !== '' && !/[\n\r\0]/.test(value)),
      { error: 'a number, or text without line feed' },
    )
    .transform((value) => sysctlValue(String(value)))
    .optional(),
  state,
  file: filePath.default('/etc/sysctl.d/60-kvmplay.conf'),
} satisfies Shape<DesiredSysctl>);

type SysctlSpec = z.output<typeof schema>;
type SysctlFacts = ReturnType<typeof factsFor>;

/**
 * Ensures the value of a kernel setting, now and after the next boot.
 *
 * A setting of a module that is not loaded, such as `net.bridge.bridge-nf-call-iptables`, does not exist yet: it is written to the file only, with a
 * warning. udev rules of systemd apply `net.bridge` settings when br_netfilter is loaded later; other systems do not. Load it first:
 * `ensureKernelModule(host, { name: 'br_netfilter' })`. On loading that module the kernel turns `bridge-nf-call-iptables` on, and the host's firewall then
 * sees the frames of its guests.
 *
 * A warning names any later file that sets the same key to another value.
 *
 * @example
 * await ensureSysctl(host, { key: 'net.ipv4.conf.all.rp_filter', value: 2 });
 * await ensureSysctl(host, { key: 'net.bridge.bridge-nf-call-iptables', value: 0 });
 *
 * @throws TaskInputError when a field is wrong, such as a key with slashes in place of dots.
 * @throws PlanError when the kernel has no such setting and no module is known to bring it.
 * @see Linux, Documentation/networking/ip-sysctl.rst; sysctl.d(5) for the order of files.
 */
export const ensureSysctl: TaskFunction<DesiredSysctl, SysctlSpec, SysctlFacts, SysctlOutput> = defineTask({
  name: 'ensureSysctl',
  schema,
  check: ({ state: wanted, value }) => {
    if (wanted === 'absent') return undefined;
    return value === undefined ? 'value is missing, it should be a number or text' : undefined;
  },
  facts: factsFor,
  subject: ({ key }) => key,
  plan: (desired, { platform: host, value: current, files, settings }) => {
    const { key, value, file } = desired;
    const content = findFile(files, file);
    if (value === undefined || desired.state === 'absent') {
      const rest = content && withoutSetting(content.content, key);
      const changes =
        rest === undefined ? deleteFile(file, content) : writeFile(file, content, { content: rest });
      return requireRoot(changes, { platform: host });
    }
    const changes: Change[] = [];
    if (current !== undefined && current !== value)
      changes.push({ kind: 'sysctl.set', key, before: current, after: value });
    changes.push(...writeFile(file, content, { content: withSetting(content?.content ?? '', key, value) }));
    const warnings = [...warnOfAbsence(desired, current, host.kernel), ...warnOfLater(desired, settings)];
    return requireRoot(changes, { platform: host, warnings });
  },
  output: (_, { value }) => ({ value }),
});

function factsFor({ key, file }: SysctlSpec) {
  return { platform, value: sysctlFact(key), files: filesFact([file]), settings: sysctlSettings };
}

function warnOfAbsence(
  { key, file }: SysctlSpec,
  current: string | undefined,
  kernel: string,
): readonly string[] {
  if (current !== undefined) return [];
  const module = moduleBehindSysctl(key);
  if (module === undefined) throw new PlanError(`kernel ${kernel} has no setting ${key}`);
  return [`${key} is only in ${file}: the kernel has it once module ${module} is loaded`];
}

/** The last file in the order of names wins, whatever its folder. sysctl.conf is read as 99-sysctl.conf or at the end. */
function warnOfLater(
  { key, value, file }: SysctlSpec,
  settings: readonly SysctlSetting[],
): readonly string[] {
  const rankOf = (path: string): string =>
    path.replace(/^.*\//, '').replace(/^sysctl\.conf$/, '99-sysctl.conf');
  return settings
    .filter((other) => other.key === key && other.value !== value)
    .filter(({ path }) => path !== file && rankOf(path) > rankOf(file))
    .map(({ path, value: other }) => `${path} is read after ${file} and sets ${key} to ${other}`);
}
