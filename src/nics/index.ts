export { type NicSelector, type NicSelectors, nicSelectors } from './nic-selectors.ts';
export { type NicHost, type NicName, nics } from './nics.ts';
