/** Answers to facts by the fact's name. */
export type SurveyAnswers = ReadonlyMap<string, unknown>;
