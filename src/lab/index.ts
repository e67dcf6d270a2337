export type { LabGuest, LabGuestOptions } from './guests.ts';
export { labDown, labUp, openLab } from './lab.ts';
export type { Lab, LabHost, LabHostStatus, LabOptions } from './lab.ts';
export type { LabNic, TrunkNic } from './layout.ts';
export type { SshActivity, SshMark } from './ssh-log.ts';
