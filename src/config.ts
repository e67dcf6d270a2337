import type { KvmplayConfig } from './config-options.ts';

/**
 * Settings of a project, as the default export of a `kvmplay.config.ts`: any long option of the command line. It is
 * searched from the working folder upwards; the command line and the environment win over it.
 *
 * @example
 * export default defineConfig({ inventory: 'hosts.yml', user: 'admin', become: true });
 */
export function defineConfig(config: KvmplayConfig): KvmplayConfig {
  return config;
}
