import { formatRows } from './markdown.ts';
import type { FieldDoc, TableDoc, TaskDoc } from './task-docs.ts';

/** The manual page of a task or an action in Markdown. */
export function formatTaskPage(task: TaskDoc): string {
  const { name, text, examples, input, parts, output, errors, sources } = task;
  return [
    '<!-- Generated from the doc comments in the source: change them and run `npm run docs`. -->',
    `# ${name}`,
    text,
    ...examples.map((example) => `\`\`\`ts\n${example}\n\`\`\``),
    '## Fields',
    ...formatTable(input),
    ...parts.flatMap((part) => [`### ${part.name}`, ...formatTable(part)]),
    ...(output === undefined ? [] : ['## Output', ...formatOutput(output)]),
    '## Errors',
    errors.map((error) => `- ${formatError(error)}`).join('\n'),
    ...(sources.length === 0 ? [] : ['## Sources', sources.map((source) => `- ${source}`).join('\n')]),
  ].join('\n\n');
}

function formatTable({ text, fields }: TableDoc): readonly string[] {
  const rows = fields.map((field) => [
    `\`${field.name}\``,
    code(field.type),
    defaultOf(field),
    field.meaning,
  ]);
  return [text, formatRows([['field', 'type', 'default', 'meaning'], ...rows])];
}

function formatOutput({ text, fields }: TableDoc): readonly string[] {
  const rows = fields.map(({ name, type, meaning }) => [`\`output.${name}\``, code(type), meaning]);
  return [text, formatRows([['field', 'type', 'meaning'], ...rows])];
}

function defaultOf(field: FieldDoc): string {
  if (field.isRequired) return 'required';
  return field.default ?? '';
}

function code(text: string): string {
  return `\`${text}\``;
}

/** `TaskInputError when ...`: the class stands out. */
function formatError(text: string): string {
  return text.replace(/^\w+/, (name) => `\`${name}\``);
}
