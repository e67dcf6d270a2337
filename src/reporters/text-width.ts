/** Cells of a terminal that a text takes. Where terminals disagree, the larger number: what seems too long is cut, never wrapped. */
export function widthOf(text: string): number {
  let width = 0;
  for (const letter of text) width += letterWidth(letter);
  return width;
}

/** The text, or as much of it as fits with `…` at its end. */
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

/** The text in exactly so many cells. */
export function pad(text: string, width: number): string {
  const fitting = fit(text, width);
  return fitting + ' '.repeat(width - widthOf(fitting));
}

const plain = /^[\u0020-\u007e]$/;
const invisible = /^[\p{Mn}\p{Me}\p{Cf}]$/u;
/** East Asian Wide and Fullwidth of Unicode's annex 11, by the scripts they belong to, and pictures. */
const wide =
  /^[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Bopomofo}\p{Script=Yi}\p{Extended_Pictographic}\p{Regional_Indicator}\u3000-\u303e\uff01-\uff60\uffe0-\uffe6]$/u;

function letterWidth(letter: string): number {
  if (plain.test(letter)) return 1;
  if (invisible.test(letter)) return 0;
  return wide.test(letter) ? 2 : 1;
}
