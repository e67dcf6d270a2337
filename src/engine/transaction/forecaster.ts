import type { Change } from '../../model/change.ts';
import type { Forecast } from '../../model/forecast.ts';
import type { StepDisruption } from '../../model/step.ts';
import type { AnyFact } from '../../model/task.ts';
import type { SurveyAnswers } from '../../model/fact.ts';

/** Knows what changes mean to who uses a host, which the engine does not. Pure. */
export interface Forecaster {
  /** Asked together with the first facts that anybody asks for. */
  readonly facts: readonly AnyFact[];
  /** What changes will disrupt. `others` tells what is done besides them. */
  readonly forecast: (
    changes: readonly Change[],
    answers: SurveyAnswers,
    others: readonly StepDisruption[],
  ) => Forecast;
  /** Sentences about what changes should have left alone and did not; any makes the host roll back. */
  readonly verify: (
    before: SurveyAnswers,
    after: SurveyAnswers,
    changes: readonly Change[],
  ) => readonly string[];
}
