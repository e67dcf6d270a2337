import type { KvmplayConfig } from './config-options.ts';

/**
 * Settings of a project, as the default export of `kvmplay.config.ts`: any long option of the command line. The file is searched from the working directory
 * upwards. Command line and environment override it.
 *
 * @example
 * export default defineConfig({ inventory: 'hosts.yml', user: 'admin', become: true });
 */
export function defineConfig(config: KvmplayConfig): KvmplayConfig {
  return config;
}
