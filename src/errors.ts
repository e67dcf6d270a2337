import type { Change } from './model/change.ts';
import { formatPlace } from './model/format-place.ts';
import { boundedLines, boundLines } from './model/bounded-lines.ts';
import type { SourcePlace } from './model/inventory.ts';

export interface KvmplayErrorOptions extends ErrorOptions {
  readonly details?: readonly string[];
}

/** Base of every error that kvmplay throws on purpose. `code` is stable; messages may improve. */
export class KvmplayError extends Error {
  readonly code: string;
  /** Further lines that help to fix the problem: output of a command, differences. */
  readonly details: readonly string[];

  /** A message is one line. If it quotes several lines of a host, the rest comes first among the details. */
  constructor(code: string, message: string, options?: KvmplayErrorOptions) {
    const [sentence = '', ...more] = boundedLines(message);
    super(sentence, options);
    this.name = new.target.name;
    this.code = code;
    this.details = boundLines([...more, ...(options?.details ?? [])]);
  }

  /** Whether a retry may succeed. */
  get isTransient(): boolean {
    return false;
  }

  /** Whether the host of the error counts as unreachable. */
  get isUnreachable(): boolean {
    return false;
  }
}

/** True for an error of kvmplay, also when two copies of the package are loaded. */
export function isKvmplayError(value: unknown): value is KvmplayError {
  return (
    typeof value === 'object' &&
    value !== null &&
    'code' in value &&
    typeof value.code === 'string' &&
    value.code.startsWith('KVMPLAY_')
  );
}

/** The command line or an option of `run` is invalid. */
export class UsageError extends KvmplayError {
  constructor(message: string, options?: KvmplayErrorOptions) {
    super('KVMPLAY_USAGE', message, options);
  }
}

/** kvmplay.config.ts or an environment variable is invalid. */
export class ConfigError extends KvmplayError {
  readonly place: SourcePlace | undefined;

  constructor(message: string, place?: SourcePlace, options?: KvmplayErrorOptions) {
    super('KVMPLAY_CONFIG', place === undefined ? message : `${formatPlace(place)}: ${message}`, options);
    this.place = place;
  }
}

/** An inventory, or a pattern over its hosts, is invalid. */
export class InventoryError extends KvmplayError {
  readonly place: SourcePlace | undefined;

  constructor(message: string, place?: SourcePlace, options?: KvmplayErrorOptions) {
    super('KVMPLAY_INVENTORY', place === undefined ? message : `${formatPlace(place)}: ${message}`, options);
    this.place = place;
  }
}

/** A playbook cannot be loaded, does not type-check or is not a play. */
export class PlaybookError extends KvmplayError {
  readonly place: SourcePlace | undefined;

  constructor(message: string, place?: SourcePlace, options?: KvmplayErrorOptions) {
    super('KVMPLAY_PLAYBOOK', place === undefined ? message : `${formatPlace(place)}: ${message}`, options);
    this.place = place;
  }
}

/** The input of a task is invalid, independent of the host. */
export class TaskInputError extends KvmplayError {
  constructor(message: string, options?: KvmplayErrorOptions) {
    super('KVMPLAY_TASK_INPUT', message, options);
  }
}

/** The desired state cannot or must not be reached on this host. Nothing was changed. */
export class PlanError extends KvmplayError {
  constructor(message: string, options?: KvmplayErrorOptions) {
    super('KVMPLAY_PLAN', message, options);
  }
}

/** The output of a fact does not have the expected form. */
export class FactParseError extends KvmplayError {
  constructor(message: string, options?: KvmplayErrorOptions) {
    super('KVMPLAY_FACT_PARSE', message, options);
  }
}

/** The host cannot be reached: name resolution, route, port or timeout. The connection may be retried. */
export class UnreachableError extends KvmplayError {
  constructor(message: string, options?: KvmplayErrorOptions) {
    super('KVMPLAY_UNREACHABLE', message, options);
  }

  override get isTransient(): boolean {
    return true;
  }

  override get isUnreachable(): boolean {
    return true;
  }
}

/** The host's key is unknown, changed or revoked. Counts as unreachable; never retried. */
export class HostKeyError extends KvmplayError {
  constructor(message: string, options?: KvmplayErrorOptions) {
    super('KVMPLAY_HOST_KEY', message, options);
  }

  override get isUnreachable(): boolean {
    return true;
  }
}

/** Login or become was refused. Counts as unreachable; never retried. */
export class AuthenticationError extends KvmplayError {
  constructor(message: string, options?: KvmplayErrorOptions) {
    super('KVMPLAY_AUTHENTICATION', message, options);
  }

  override get isUnreachable(): boolean {
    return true;
  }
}

/** The connection ended before the command. It is unknown how far the command got. */
export class ConnectionLostError extends KvmplayError {
  constructor(message: string, options?: KvmplayErrorOptions) {
    super('KVMPLAY_CONNECTION_LOST', message, options);
  }

  override get isTransient(): boolean {
    return true;
  }

  override get isUnreachable(): boolean {
    return true;
  }
}

/** A command exceeded its time limit. */
export class CommandTimeoutError extends KvmplayError {
  constructor(message: string, options?: KvmplayErrorOptions) {
    super('KVMPLAY_COMMAND_TIMEOUT', message, options);
  }

  override get isTransient(): boolean {
    return true;
  }
}

/** The condition of `waitFor` was not met in time. */
export class WaitTimeoutError extends KvmplayError {
  constructor(message: string, options?: KvmplayErrorOptions) {
    super('KVMPLAY_WAIT_TIMEOUT', message, options);
  }
}

/** A condition of `assertThat` in a playbook is false. */
export class AssertionError extends KvmplayError {
  constructor(message: string, options?: KvmplayErrorOptions) {
    super('KVMPLAY_ASSERTION', message, options);
  }
}

/** A command of `command`, `shell`, `host.read` or `host.exec` ended with a non-zero exit code, or one of kvmplay's own scripts could not run. */
export class CommandError extends KvmplayError {
  constructor(message: string, options?: KvmplayErrorOptions) {
    super('KVMPLAY_COMMAND', message, options);
  }
}

/** Another transaction holds the host. */
export class HostLockedError extends KvmplayError {
  constructor(message: string, options?: KvmplayErrorOptions) {
    super('KVMPLAY_HOST_LOCKED', message, options);
  }
}

export interface RollbackErrorOptions extends KvmplayErrorOptions {
  /** The change whose command failed. Absent: no command did. */
  readonly change?: Change | undefined;
}

/** A change was started and rolled back. Afterwards the host was verified to be as before. */
export class RolledBackError extends KvmplayError {
  readonly change: Change | undefined;

  constructor(message: string, options?: RollbackErrorOptions) {
    super('KVMPLAY_ROLLED_BACK', message, options);
    this.change = options?.change;
  }
}

/** A change was started, and its rollback did not restore the host. An administrator must look at it. */
export class RollbackFailedError extends KvmplayError {
  readonly change: Change | undefined;

  constructor(message: string, options?: RollbackErrorOptions) {
    super('KVMPLAY_ROLLBACK_FAILED', message, options);
    this.change = options?.change;
  }
}

/** The lab cannot be created or used. */
export class LabError extends KvmplayError {
  constructor(message: string, options?: KvmplayErrorOptions) {
    super('KVMPLAY_LAB', message, options);
  }
}

/** The run was cancelled. */
export class CancelledError extends KvmplayError {
  constructor(message = 'cancelled', options?: KvmplayErrorOptions) {
    super('KVMPLAY_CANCELLED', message, options);
  }
}
