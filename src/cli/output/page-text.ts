import { indent, readableWidth, wrap } from './text-layout.ts';

/** Formats a page of docs/tasks for a terminal: a table becomes a list, and code loses its fences. */
export function formatPage(markdown: string, columns?: number): string {
  const width = readableWidth(columns);
  const blocks = splitBlocks(markdown.replace(/<!--[^]*?-->\s*/g, ''));
  return `${blocks.map((block) => formatBlock(block, width)).join('\n\n')}\n`;
}

/** Returns the first sentence of a page. */
export function summaryOf(markdown: string): string {
  const text = splitBlocks(markdown).find((block) => /^[A-Z]/.test(block)) ?? '';
  // A full stop inside `modprobe.d/NAME.conf` ends no sentence.
  return text
    .replace(/\s+/g, ' ')
    .replace(/(?<=[.]) .*$/, '')
    .replaceAll('`', '');
}

/** Splits at empty lines, but not at those within code. */
function splitBlocks(markdown: string): readonly string[] {
  return markdown.match(/^```[^]*?^```$|^.+(?:\n(?!```).+)*/gm) ?? [];
}

function formatBlock(block: string, width: number): string {
  if (block.startsWith('```')) return indent(block.split('\n').slice(1, -1).join('\n'), 4);
  if (block.startsWith('|')) return formatTable(block.split('\n').map(cellsOf), width);
  if (block.startsWith('#')) return block.replace(/^#+ /, '');
  if (block.startsWith('- '))
    return block
      .split('\n')
      .map((item) => formatItem(item, width))
      .join('\n');
  return indent(wrap(block, width - 2), 2);
}

function cellsOf(row: string): readonly string[] {
  const cells = row.split(/(?<!\\)\|/).slice(1, -1);
  return cells.map((cell) => cell.trim().replaceAll('\\|', '|'));
}

/** The first cell of a row is its name, the last one a sentence. */
function formatTable([head = [], , ...rows]: readonly (readonly string[])[], width: number): string {
  const items = rows.map(([name = '', ...cells]) => {
    const facts = cells
      .slice(0, -1)
      .map((cell, column) => (head[column + 1] === 'default' ? defaultText(cell) : cell));
    const title = [`${name}:`, ...facts].filter(Boolean).join(' ').replaceAll('`', '');
    return `${indent(wrap(title, width - 2), 2)}\n${indent(wrap(cells.at(-1) ?? '', width - 6), 6)}`;
  });
  return items.join('\n');
}

function defaultText(cell: string): string {
  if (cell === '') return '';
  return cell === 'required' ? '(required)' : `(default: ${cell})`;
}

function formatItem(item: string, width: number): string {
  const [first = '', ...rest] = wrap(item.slice(2), width - 4).split('\n');
  return [`  - ${first}`, ...rest.map((line) => `    ${line}`)].join('\n');
}
