/**
 * Counts the terminal cells of a text. Where terminals disagree, the larger number counts: a text is then cut, never
 * wrapped.
 */
export function widthOf(text: string): number {
  let width = 0;
  for (const letter of text) width += letterWidth(letter);
  return width;
}

/** Cuts a text to `width` cells; a cut text ends in `…`. */
export function fit(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let fitting = '';
  let left = width - 1;
  for (const letter of text) {
    left -= letterWidth(letter);
    if (left < 0) break;
    fitting += letter;
  }
  return width < 1 ? '' : `${fitting}…`;
}

/** Cuts or fills a text to exactly `width` cells. */
export function pad(text: string, width: number): string {
  const fitting = fit(text, width);
  return fitting + ' '.repeat(width - widthOf(fitting));
}

const plain = /^[\u0020-\u007e]$/;
const invisible = /^[\p{Mn}\p{Me}\p{Cf}]$/u;
/** Characters of two cells: East Asian Wide and Fullwidth of Unicode's annex 11, by script, and pictures. */
const wide =
  /^[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Bopomofo}\p{Script=Yi}\p{Extended_Pictographic}\p{Regional_Indicator}\u3000-\u303e\uff01-\uff60\uffe0-\uffe6]$/u;

function letterWidth(letter: string): number {
  if (plain.test(letter)) return 1;
  if (invisible.test(letter)) return 0;
  return wide.test(letter) ? 2 : 1;
}
