export { Lab, labDown, labUp, openLab } from './lab.ts';
export type { LabHost, LabHostStatus, LabOptions } from './lab.ts';
export type { LabNic } from './layout.ts';
