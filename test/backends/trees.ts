import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Addressing, PresentLink } from '../../src/backends/backend.ts';
import type { ifcfg } from '../../src/backends/ifcfg/ifcfg.ts';
import type { Answers } from '../../src/model/fact.ts';
import type { ConfigFile, ConfigFiles } from '../../src/model/config-file.ts';

export const folder = '/etc/sysconfig/network-scripts';
export type IfcfgAnswers = Answers<(typeof ifcfg)['facts']>;
export const plainHost: IfcfgAnswers = { scripts: true, networkManager: { runs: false, activated: [] } };
export const managedHost: IfcfgAnswers = { scripts: true, networkManager: { runs: true, activated: [] } };
export const nothing: Addressing = { addresses: [], dns: [], routes: [] };

/** The files under `root`, by their path there. */
export function readTree(root: string): ConfigFiles {
  const paths = existsSync(root) ? readdirSync(root, { recursive: true, encoding: 'utf8' }).sort() : [];
  const files = paths.filter((path) => statSync(join(root, path)).isFile());
  return new Map(files.map((path) => [`/${path}`, fileOf(readFileSync(join(root, path), 'utf8'))]));
}

/** Files by path, or by name in the folder of initscripts. */
export function treeOf(files: Record<string, string>): ConfigFiles {
  return new Map(
    Object.entries(files).map(([name, text]) => [
      name.startsWith('/') ? name : `${folder}/${name}`,
      fileOf(text),
    ]),
  );
}

function fileOf(content: string): ConfigFile {
  return Object.freeze({ content, mode: 0o644 });
}

export function textsOf(files: ConfigFiles): Record<string, string> {
  return Object.fromEntries([...files].map(([path, { content }]) => [path, content]));
}

export function nic(name: string, rest: Partial<PresentLink>): PresentLink {
  return { ...rest, state: 'present', name, kind: 'ethernet' };
}

export function portOf(bridge: string, rest: Partial<PresentLink> = {}): PresentLink {
  return nic('eno3', { ...rest, controller: { name: bridge, kind: 'bridge' } });
}
