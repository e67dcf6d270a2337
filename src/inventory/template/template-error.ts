/** Why a template has no value: a phrase that follows the name of the variable it stands in. */
export class TemplateError extends Error {
  /** A value was missing, which `default` and `is defined` may make good. */
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

/** A value that is not there. Everything but `default`, `mandatory` and `is defined` throws on it. */
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

/** The value, which must be there. */
export function defined(value: unknown): unknown {
  if (value instanceof Undefined) throw value.toError();
  return value;
}
