export * as changes from './changes.ts';
export type { DesiredAddressing, DesiredRoute } from './network/addressing-input.ts';
export type { BondModeInput, DesiredBond } from './network/bond-input.ts';
export { defineTask, type TaskDefinition, type TaskFunction } from './define-task.ts';
export { type AddressOutput, type DesiredAddress, ensureAddress } from './ensure-address.ts';
export { type BondOutput, ensureBond } from './ensure-bond.ts';
export { type BridgeOutput, type DesiredBridge, ensureBridge } from './ensure-bridge.ts';
export { type DesiredVlan, ensureVlan, type VlanOutput } from './ensure-vlan.ts';
export { type DesiredFile, ensureFile, type FileOutput } from './ensure-file.ts';
export {
  type DesiredKernelModule,
  ensureKernelModule,
  type KernelModuleOutput,
} from './ensure-kernel-module.ts';
export { type DesiredLines, ensureLines, type LinesOutput } from './ensure-lines.ts';
export { type DesiredPackage, ensurePackage, type PackageOutput } from './ensure-package.ts';
export { type DesiredService, ensureService, type ServiceOutput } from './ensure-service.ts';
export { type DesiredSysctl, ensureSysctl, type SysctlOutput } from './ensure-sysctl.ts';
