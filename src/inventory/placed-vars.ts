import type { HostVars } from '../model/host.ts';
import type { SourcePlace } from '../model/inventory.ts';

/** Variables by name, each with the place that gave it its value; a later one replaces an earlier one. */
export type PlacedVars = ReadonlyMap<string, PlacedValue>;

export interface PlacedValue {
  readonly value: unknown;
  readonly place: SourcePlace;
}

export function placeVars(vars: HostVars, placeOf: (name: string) => SourcePlace): PlacedVars {
  return new Map(Object.entries(vars).map(([name, value]) => [name, { value, place: placeOf(name) }]));
}

/** Splits variables with places into the two maps that hosts and groups of the inventory carry. */
export function unplaceVars(vars: PlacedVars): {
  vars: HostVars;
  varPlaces: ReadonlyMap<string, SourcePlace>;
} {
  const entries = [...vars];
  return {
    vars: Object.fromEntries(entries.map(([name, { value }]) => [name, value])),
    varPlaces: new Map(entries.map(([name, { place }]) => [name, place])),
  };
}
