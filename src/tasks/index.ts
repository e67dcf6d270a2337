export type { DesiredAddressing, DesiredRoute } from './addressing-input.ts';
export type { BondModeInput, DesiredBond } from './bond-input.ts';
export { defineTask, type TaskDefinition, type TaskFunction } from './define-task.ts';
export { type AddressOutput, type DesiredAddress, ensureAddress } from './ensure-address.ts';
export { type BondOutput, ensureBond } from './ensure-bond.ts';
export { type BridgeOutput, type DesiredBridge, ensureBridge } from './ensure-bridge.ts';
export { type DesiredVlan, ensureVlan, type VlanOutput } from './ensure-vlan.ts';
