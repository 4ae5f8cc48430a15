/** Returns a word as a POSIX shell reads it: whatever is in it means itself. */
export function shellWord(text: string): string {
  return /^[A-Za-z0-9_/.:=@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** Returns a command line of words that mean themselves. */
export function shellLine(words: readonly string[]): string {
  return words.map(shellWord).join(" ");
}
