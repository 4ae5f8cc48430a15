/** Widths of letters in ems, of DejaVu Sans, which is wider than most: what fits in it fits in others. */
const NARROW = /[ijlI.,:;'|!()[\] ·]/;
const BROAD = /[mwMW@%–—…−]/;
/** Letters as wide as they are high: of East Asia, and pictures. */
const SQUARE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60]|\p{Extended_Pictographic}/u;
const UPPER = /\p{Lu}/u;
/** Characters that stand above, below or within other letters. */
const NOTHING = /\p{Mn}|\p{Cf}/u;

/** Estimates the width of a text in pixels, rather too wide than too narrow. */
export function textWidth(text: string, size = 12, isBold = false): number {
  let ems = 0;
  for (const letter of text) ems += widthOf(letter);
  return ems * size * (isBold ? 1.1 : 1);
}

function widthOf(letter: string): number {
  if (NOTHING.test(letter)) return 0;
  if (SQUARE.test(letter)) return 1.05;
  if (NARROW.test(letter)) return 0.4;
  if (BROAD.test(letter)) return 1;
  return UPPER.test(letter) ? 0.74 : 0.64;
}

/** Returns a text that fits in so many pixels: its end is left out if need be. */
export function fit(text: string, width: number, size = 12, isBold = false): string {
  return cut(text, width, size, isBold, 1);
}

/** Returns a name that fits in so many pixels: its middle is left out if need be, because names are often alike at one end. */
export function fitName(name: string, width: number, size = 12, isBold = false): string {
  return cut(name, width, size, isBold, 0.6);
}

/** @param atStart - which share of the room the beginning of the text has */
function cut(text: string, width: number, size: number, isBold: boolean, atStart: number): string {
  if (textWidth(text, size, isBold) <= width) return text;
  const room = width - textWidth("…", size, isBold);
  const letters = [...text];
  const first = lettersIn(letters, atStart * room, size, isBold);
  const last = lettersIn(letters.slice(first.length).reverse(), (1 - atStart) * room, size, isBold).reverse();
  return `${first.join("").trimEnd()}…${last.join("").trimStart()}`;
}

/** Returns the first letters that fit in so many pixels. */
function lettersIn(letters: readonly string[], width: number, size: number, isBold: boolean): string[] {
  let used = 0;
  const end = letters.findIndex((letter) => {
    used += textWidth(letter, size, isBold);
    return used > width;
  });
  return letters.slice(0, end === -1 ? letters.length : end);
}
