/** Why a template has no value: a phrase that follows the name of the variable it stands in. */
export class TemplateError extends Error {
  /** True when a value was missing: `default` and `is defined` accept that. */
  readonly isUndefined: boolean;

  constructor(message: string, { isUndefined = false, cause }: TemplateErrorOptions = {}) {
    super(message, { cause });
    this.name = 'TemplateError';
    this.isUndefined = isUndefined;
  }
}

export interface TemplateErrorOptions {
  readonly isUndefined?: boolean;
  /** An error that already names its variable. */
  readonly cause?: unknown;
}

/** A missing value. Everything but `default`, `mandatory` and `is defined` throws on it. */
export class Undefined {
  readonly reason: string;
  readonly cause: unknown;

  constructor(reason: string, cause?: unknown) {
    this.reason = reason;
    this.cause = cause;
  }

  toError(): TemplateError {
    return new TemplateError(this.reason, { isUndefined: true, cause: this.cause });
  }
}

/** The value. Throws for a missing one. */
export function defined(value: unknown): unknown {
  if (value instanceof Undefined) throw value.toError();
  return value;
}
