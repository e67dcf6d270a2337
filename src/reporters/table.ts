/** A cell of a table without line breaks, made printable by its caller. */
type Cells = readonly string[];

interface ColumnOptions {
  /** Columns whose cells stand at the right, such as figures; default: none. */
  readonly right?: ReadonlySet<number> | undefined;
}

/** Aligns rows in columns that are two blanks apart. Blanks at the end of a line are removed. */
export function alignColumns(rows: readonly Cells[], { right }: ColumnOptions = {}): readonly string[] {
  const widths = columnWidths(rows);
  return rows.map((row) =>
    row
      .map((cell, at) =>
        right?.has(at) === true ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
}

/** Returns the width of the widest cell of each column. */
export function columnWidths(rows: readonly Cells[]): readonly number[] {
  const count = Math.max(0, ...rows.map(({ length }) => length));
  return Array.from({ length: count }, (_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
}
