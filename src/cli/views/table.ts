import { printableLine } from '../../model/printable.ts';
import { alignColumns } from '../../reporters/table.ts';

/**
 * Rows under a heading, columns aligned and two blanks apart. A column in which every row is empty is left out. What a
 * host says in a cell stays within it.
 */
export function formatTable(heading: readonly string[], rows: readonly (readonly string[])[]): string {
  const used = heading.map((_, column) => rows.some((row) => (row[column] ?? '') !== ''));
  const lines = [heading, ...rows].map((row) =>
    heading.map((_, column) => printableLine(row[column] ?? '')).filter((_, at) => used[at]),
  );
  return alignColumns(lines).join('\n');
}
