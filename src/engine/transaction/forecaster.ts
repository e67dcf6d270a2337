import type { Change } from '../../model/change.ts';
import type { Forecast } from '../../model/forecast.ts';
import type { StepDisruption } from '../../model/step.ts';
import type { AnyFact } from '../../model/task.ts';
import type { SurveyAnswers } from '../../model/fact.ts';

/** Predicts effects of changes on users of a host; the engine itself cannot. Pure. */
export interface Forecaster {
  /** Facts added to the first survey of a host. */
  readonly facts: readonly AnyFact[];
  /** Forecasts the disruption by changes. `others` are disruptions by work besides them. */
  readonly forecast: (
    changes: readonly Change[],
    answers: SurveyAnswers,
    others: readonly StepDisruption[],
  ) => Forecast;
  /** Returns sentences about unintended effects of changes; any of them makes the host roll back. */
  readonly verify: (
    before: SurveyAnswers,
    after: SurveyAnswers,
    changes: readonly Change[],
  ) => readonly string[];
}
