/** Effect on users of a host. `none`: nothing. `blip`: frames are lost for up to a second. `outage`: for longer. */
export type Disruption = 'none' | 'blip' | 'outage';

/** From harmless to worst. */
export const disruptions: readonly Disruption[] = ['none', 'blip', 'outage'];

/** The predicted effect of changes on users of the host's network. */
export interface Forecast {
  readonly disruption: Disruption;
  /** Longest duration. Absent: until somebody undoes the changes. */
  readonly seconds?: number;
  /** Sentences about disrupting changes, the worst first. */
  readonly reasons: readonly string[];
  /** True if the changes touch the link that carries SSH, or one below it. Absent: that link is unknown. */
  readonly touchesSsh?: boolean;
  /** Taps whose frames pass a touched link. */
  readonly guests: readonly string[];
  /** Sentences about links that disappear with another. */
  readonly cascades: readonly string[];
  /** Changes that no rollback undoes. */
  readonly irreversible: readonly string[];
}

/** Returns true if the forecast is worse than `most`. */
export function exceeds({ disruption }: Pick<Forecast, 'disruption'>, most: Disruption): boolean {
  return disruptions.indexOf(disruption) > disruptions.indexOf(most);
}

/** Returns the forecast with the worst disruption. */
export function worstForecast(forecasts: readonly Forecast[]): Forecast | undefined {
  const weight = ({ seconds = Infinity }: Forecast): number => seconds;
  return forecasts.toSorted((a, b) => (weight(a) === weight(b) ? 0 : weight(b) - weight(a)))[0];
}

/** `none`, `blip`, `outage, up to 30 s`, `outage until undone` */
export function describeDisruption({
  disruption,
  seconds,
}: Pick<Forecast, 'disruption' | 'seconds'>): string {
  if (disruption !== 'outage') return disruption;
  return seconds === undefined ? 'outage until undone' : `outage, up to ${seconds} s`;
}
