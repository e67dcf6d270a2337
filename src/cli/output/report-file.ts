import { closeSync, openSync, writeFileSync } from 'node:fs';
import { UsageError } from '../../errors.ts';
import { whyUnwritable } from '../../model/file-finding.ts';
import { resolvePath } from '../paths.ts';

/** A file that a reporter writes. */
export interface ReportFile {
  readonly write: (text: string) => void;
  readonly close: () => void;
}

/**
 * Opens and empties a file for a report. Throws UsageError when that fails. A later write error is the reporter's; the run
 * reports it and goes on.
 */
export function openReportFile(file: string, cwd: string): ReportFile {
  const descriptor = attempt(file, () => openSync(resolvePath(file, cwd), 'w'));
  return {
    write: (text) => attempt(file, () => writeFileSync(descriptor, text)),
    close: () => attempt(file, () => closeSync(descriptor)),
  };
}

function attempt<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new UsageError(`${file} of --output ${whyUnwritable(error)}`, {
      cause: error,
    });
  }
}
