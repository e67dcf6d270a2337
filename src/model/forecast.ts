/** What users of a host notice: nothing; a second in which frames are lost; longer than that. */
export type Disruption = 'none' | 'blip' | 'outage';

/** From harmless to worst. */
export const disruptions: readonly Disruption[] = ['none', 'blip', 'outage'];

/** What changes will do to who uses the network of a host. */
export interface Forecast {
  readonly disruption: Disruption;
  /** How long at most. Absent: until somebody undoes it. */
  readonly seconds?: number;
  /** Sentences about what disrupts, the worst first. */
  readonly reasons: readonly string[];
  /** Whether the link that carries SSH, or one below it, is touched. Absent: it is not known which link that is. */
  readonly touchesSsh?: boolean;
  /** Taps whose frames pass a touched link. */
  readonly guests: readonly string[];
  /** Sentences about links that go with another. */
  readonly cascades: readonly string[];
  /** Changes that no rollback takes back. */
  readonly irreversible: readonly string[];
}

/** Whether a forecast is worse than what is allowed. */
export function exceeds({ disruption }: Pick<Forecast, 'disruption'>, most: Disruption): boolean {
  return disruptions.indexOf(disruption) > disruptions.indexOf(most);
}

/** The one that disrupts most. */
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
