/**
 * Returns a text as searches compare it: in lower case and without accents, so that "koln" finds "Köln". Letters that
 * only look accented, such as "ø" and "ł", are letters of their own in Unicode and stay.
 */
export function fold(text: string): string {
  return text
    .toLowerCase()
    .normalize("NFD")
    .replace(/\p{Mn}/gu, "")
    .normalize("NFC");
}

/** Returns the words of a search, each as `fold` has it. Words are separated by blanks and commas. */
export function searchWords(text: string): string[] {
  return fold(text)
    .split(/[\s,]+/)
    .filter((word) => word !== "");
}
