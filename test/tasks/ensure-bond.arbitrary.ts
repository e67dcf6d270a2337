import fc from 'fast-check';
import { bondModes } from '../../src/model/bond-options.ts';
import type { DesiredBond } from '../../src/tasks/network/bond-input.ts';
import { bonds, mac, mtu, nic, nics, some, state } from '../laws/host-arbitrary.ts';

/** Bonds to ask for; most of them make sense. */
export const arbitrary: fc.Arbitrary<DesiredBond> = some<DesiredBond, 'name'>(
  {
    name: fc.constantFrom(...bonds),
    state,
    mode: fc.oneof(fc.constantFrom(...bondModes), fc.constantFrom(0, 1, 2, 3, 4, 5, 6)),
    ports: fc.subarray([...nics], { maxLength: 3 }),
    exact: fc.boolean(),
    mtu,
    mac,
    miimon: fc.constantFrom(50, 100),
    arpInterval: fc.constantFrom(0, 500),
    arpIpTargets: fc.constantFrom(['10.0.1.1'], ['10.0.1.1', '10.0.1.2']),
    arpValidate: fc.constantFrom('none', 'all'),
    arpAllTargets: fc.constantFrom('any', 'all'),
    updelay: fc.constantFrom(0, 200),
    downdelay: fc.constantFrom(0, 100),
    useCarrier: fc.boolean(),
    xmitHashPolicy: fc.constantFrom('layer2', 'layer3+4'),
    lacpRate: fc.constantFrom('slow', 'fast'),
    adSelect: fc.constantFrom('stable', 'count'),
    adActorSysPrio: fc.constantFrom(1, 65535),
    adUserPortKey: fc.constantFrom(0, 7),
    minLinks: fc.constantFrom(0, 1),
    numGratArp: fc.constantFrom(1, 3),
    resendIgmp: fc.constantFrom(1, 3),
    allPortsActive: fc.boolean(),
    packetsPerPort: fc.constantFrom(1, 8),
    lpInterval: fc.constantFrom(1, 2),
    tlbDynamicLb: fc.boolean(),
    primary: nic,
    primaryReselect: fc.constantFrom('always', 'failure'),
    failOverMac: fc.constantFrom('none', 'active'),
  },
  ['name'],
).chain(withFewOptions);

/** With every option at once hardly any bond is legal, so only some of them stay. */
function withFewOptions(desired: DesiredBond): fc.Arbitrary<DesiredBond> {
  const always = ['name', 'state', 'mode', 'ports', 'exact'];
  const options = Object.keys(desired).filter((key) => !always.includes(key));
  return fc.subarray(options, { maxLength: Math.min(options.length, 4) }).map((kept) => {
    const entries = Object.entries(desired).filter(([key]) => always.includes(key) || kept.includes(key));
    const bond = Object.fromEntries(entries) as unknown as DesiredBond;
    return bond.arpInterval === undefined ? bond : { ...bond, arpIpTargets: ['10.0.1.1'] };
  });
}
