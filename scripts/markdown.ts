/** A table in Markdown; the first row is its head. */
export function formatRows([head = [], ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(escapeBars).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** A bar ends a cell, also within code. */
function escapeBars(cell: string): string {
  return cell.replaceAll('|', '\\|');
}
