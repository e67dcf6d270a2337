export { fakeHost, type FakeHost, type FakeHostOptions } from './testing/fake-host.ts';
export { bond, bridge, ethernet, type LinkDetails, tap, vlan } from './testing/link-builders.ts';
