import { readFile, stat } from 'node:fs/promises';
import * as z from 'zod';
import type { Probe } from '../../model/probe.ts';
import type { Rollout } from '../../engine/fleet/rollout.ts';
import { UsageError } from '../../errors.ts';
import { replaceFile, tryReplaceFile } from '../replace-file.ts';
import { versionOfKvmplay } from '../version.ts';
import { whyUnreadable, whyUnwritable } from '../../model/file-finding.ts';
import type { Change } from '../../model/change.ts';
import { schemaOf } from '../../changes/shape.ts';
import { changeSchema, explainMismatch, unknownIn } from '../../changes/schema.ts';

/** The file that `kvmplay plan` writes and `kvmplay apply` reads. */
export interface PlanFile {
  readonly kvmplay: 'plan';
  readonly format: 1;
  /** Version of kvmplay. */
  readonly version: string;
  /** ISO 8601. */
  readonly madeAt: string;
  /** Folders of the playbooks, relative to the plan file. Their group_vars/ and host_vars/ hold connection variables. */
  readonly playbookFolders?: readonly string[];
  /** Secrets within the changes; output of `apply` masks them. */
  readonly secrets?: readonly string[];
  readonly plays: readonly PlannedPlay[];
}

export interface PlannedPlay {
  readonly name: string;
  readonly probes: readonly Probe[];
  readonly rollout?: Rollout;
  /** The hosts that would change. */
  readonly hosts: readonly PlannedHost[];
}

export interface PlannedHost {
  readonly host: string;
  readonly changes: readonly Change[];
}

const schema = schemaOf<PlanFile>()({
  kvmplay: z.literal('plan'),
  format: z.literal(1),
  version: z.string(),
  madeAt: z.string(),
  playbookFolders: z.exactOptional(z.array(z.string())),
  secrets: z.exactOptional(z.array(z.string())),
  plays: z.array(
    schemaOf<PlannedPlay>()({
      name: z.string(),
      probes: z.array(
        schemaOf<Probe>()({
          failure: z.string(),
          script: z.string(),
          isRequired: z.exactOptional(z.boolean()),
        }),
      ),
      // The engine checks the rollout's members before it touches a host.
      rollout: z.exactOptional(z.custom<Rollout>((value) => typeof value === 'object' && value !== null)),
      hosts: z.array(schemaOf<PlannedHost>()({ host: z.string().min(1), changes: z.array(changeSchema) })),
    }),
  ),
});

const versionSchema = z.looseObject({ version: z.string() });

/** Writes a plan that only its owner can read, since it holds secret files whole. */
export function writePlanFile(file: string, plan: PlanFile): void {
  writePrivate(file, `${JSON.stringify(plan, undefined, 2)}\n`);
}

export function writePrivate(file: string, text: string): void {
  attempt(file, () => replaceFile(file, text));
}

/** Throws early, before hosts are asked, when the plan cannot be written. */
export async function refuseUnwritable(file: string): Promise<void> {
  const stats = await stat(file).catch(() => undefined);
  if (stats?.isDirectory() === true) throw new UsageError(`${file} is a folder and should be a file`);
  attempt(file, () => tryReplaceFile(file));
}

function attempt(file: string, work: () => void): void {
  try {
    work();
  } catch (error) {
    throw new UsageError(`${file} ${whyUnwritable(error)}`, { cause: error });
  }
}

/** @throws UsageError for a file that is missing, broken or no plan. */
export async function readPlanFile(file: string, name: string): Promise<PlanFile> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new UsageError(`plan ${name} ${whyUnreadable(error)}`, { cause: error });
  });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${name} is not JSON, and should be a plan that kvmplay plan wrote`, {
      cause: error,
    });
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const { version } = versionSchema.safeParse(value).data ?? {};
  const isNewer = version !== undefined && unknownIn(result.error) !== undefined;
  const versions = isNewer ? `; kvmplay ${version} wrote it, and this is ${versionOfKvmplay()}` : '';
  throw new UsageError(`${name} is not a plan of this kvmplay: ${explainMismatch(result.error)}${versions}`);
}
