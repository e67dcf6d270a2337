export { addresses } from './addresses.ts';
export { configFilesFact } from './config-files.ts';
export { type DefaultRoute, defaultRoutes } from './default-routes.ts';
export { filesFact } from './files.ts';
export { kernelModuleFact } from './kernel-module.ts';
export { leases } from './leases.ts';
export { linkState } from './link-state.ts';
export { links } from './links.ts';
export { nics } from './nics.ts';
export { packagesFact } from './packages.ts';
export { platform } from './platform.ts';
export { routes } from './routes.ts';
export { rules } from './rules.ts';
export { serviceFact } from './service.ts';
export { sshPath, type SshPath } from './ssh-path.ts';
export { sysctlFact } from './sysctl.ts';
export { type SysctlSetting, sysctlSettings, sysctlSettingsIn } from './sysctl-settings.ts';
export {
  expectedFile,
  type FileState,
  type FileStates,
  isTextFile,
  type NoFile,
} from '../model/file-state.ts';
export { type KernelModule, moduleName } from '../model/kernel-module.ts';
export type { Lease } from '../model/link.ts';
export type {
  Aggregator,
  BondPortState,
  BondState,
  BridgeState,
  LinkState,
  LinkStates,
  StpState,
} from '../model/link-state.ts';
export type { Nic, Nics } from '../model/nic.ts';
export type { Packages } from '../model/packages.ts';
export type {
  Distribution,
  ModuleState,
  NetworkModule,
  NetworkService,
  Platform,
} from '../model/platform.ts';
export type { Service } from '../model/service.ts';
export { quote } from '../model/shell-quote.ts';
export type { Tool } from '../model/tools.ts';
