export { jsonLinesReporter } from './json-lines.ts';
export type { JsonLinesOptions } from './json-lines.ts';
export { plainReporter } from './plain.ts';
export type { PlainOptions } from './plain.ts';
