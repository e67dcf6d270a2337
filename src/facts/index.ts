export { addresses } from './addresses.ts';
export type { Aggregator, BondPortState, BondState } from '../model/link-state.ts';
export { configFilesFact } from './config-files.ts';
export { type DefaultRoute, defaultRoutes } from './default-routes.ts';
export {
  expectedFile,
  filesFact,
  type FileState,
  type FileStates,
  isTextFile,
  type NoFile,
} from './files.ts';
export { kernelModuleFact, type KernelModule, moduleName } from './kernel-module.ts';
export type { Lease } from '../model/link.ts';
export { leases } from './leases.ts';
export { linkState } from './link-state.ts';
export type { BridgeState, LinkState, LinkStates, StpState } from '../model/link-state.ts';
export { links } from './links.ts';
export { type Nic, nics, type Nics } from './nics.ts';
export { packagesFact, type Packages } from './packages.ts';
export { platform } from './platform.ts';
export type { Distribution, ModuleState, NetworkModule, NetworkService, Platform, Tool } from './platform.ts';
export { routes } from './routes.ts';
export { serviceFact, type Service } from './service.ts';
export { sshPath, type SshPath } from './ssh-path.ts';
export { sysctlFact } from './sysctl.ts';
export { type SysctlSetting, sysctlSettings, sysctlSettingsIn } from './sysctl-settings.ts';
export { quote } from '../model/shell-quote.ts';
