import type { BondPortState, BondState } from '../model/link-state.ts';

interface Section {
  readonly port: string | undefined;
  readonly values: Map<string, string>;
}

/** The first lines describe the bond; lines after each `Slave Interface:` describe that port, partly with the same keys. */
export function parseBondState(lines: readonly string[]): {
  readonly bond: BondState;
  readonly ports: ReadonlyMap<string, BondPortState>;
} {
  const [ofBond, ...ofPorts] = toSections(lines);
  return {
    bond: toBond(ofBond),
    ports: new Map(ofPorts.map(({ port = '', values }) => [port, toPort(values)])),
  };
}

function toSections(lines: readonly string[]): [Section, ...Section[]] {
  const sections: [Section, ...Section[]] = [{ port: undefined, values: new Map() }];
  for (const line of lines) {
    const [, key, value] = /^([^:]+): (.*)$/s.exec(line.trimStart()) ?? [];
    if (key === undefined || value === undefined) continue;
    if (key === 'Slave Interface') {
      sections.push({ port: value, values: new Map() });
      continue;
    }
    sections.at(-1)?.values.set(key, value);
  }
  return sections;
}

function toBond({ values }: Section): BondState {
  const activePort = values.get('Currently Active Slave');
  const aggregatorId = values.get('Aggregator ID');
  return {
    miiStatus: values.get('MII Status') ?? 'unknown',
    ...(activePort !== undefined && activePort !== 'None' && { activePort }),
    ...(aggregatorId !== undefined && {
      aggregator: {
        id: Number(aggregatorId),
        ports: Number(values.get('Number of ports') ?? 0),
        partnerMac: (values.get('Partner Mac Address') ?? '').toLowerCase(),
      },
    }),
  };
}

function toPort(values: ReadonlyMap<string, string>): BondPortState {
  const aggregatorId = values.get('Aggregator ID');
  return {
    miiStatus: values.get('MII Status') ?? 'unknown',
    failures: Number(values.get('Link Failure Count') ?? 0),
    permanentMac: (values.get('Permanent HW addr') ?? '').toLowerCase(),
    ...(aggregatorId !== undefined && aggregatorId !== 'N/A' && { aggregatorId: Number(aggregatorId) }),
  };
}
