/** A value as Python's `str` shows it: text as it is, the rest as Python would write it. */
export function toPythonText(value: unknown): string {
  return typeof value === 'string' ? value : toPythonLiteral(value);
}

function toPythonLiteral(value: unknown): string {
  if (typeof value === 'string') return quote(value);
  if (value === null || value === undefined) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (Array.isArray(value)) return `[${value.map(toPythonLiteral).join(', ')}]`;
  if (typeof value !== 'object') return JSON.stringify(value);
  const entries = Object.entries(value).map(([key, item]) => `${quote(key)}: ${toPythonLiteral(item)}`);
  return `{${entries.join(', ')}}`;
}

/** Python prefers single quotation marks, and takes double ones for a text that contains only single ones. */
function quote(text: string): string {
  const mark = text.includes("'") && !text.includes('"') ? '"' : "'";
  const names: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };
  const body = text.replace(/[\\\n\r\t]|[\x00-\x1f\x7f]|['"]/g, (letter) => {
    if (letter === '\\' || letter === mark) return `\\${letter}`;
    if (letter === "'" || letter === '"') return letter;
    return names[letter] ?? `\\x${letter.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
  return `${mark}${body}${mark}`;
}
