export { addresses } from './addresses.ts';
export { configFilesFact } from './config-files.ts';
export { leases, type Lease } from './leases.ts';
export { links } from './links.ts';
export { platform } from './platform.ts';
export type { Distribution, ModuleState, NetworkModule, NetworkService, Platform, Tool } from './platform.ts';
export { routes } from './routes.ts';
