/** Returns some of the rows of a segment, as a bit map in base64: bit `i & 7` of byte `i >> 3` is row i. */
export function encodeSelection(rows: readonly number[], length: number): string {
  const bytes = new Uint8Array((length + 7) >> 3);
  for (const row of rows) bytes[row >> 3]! |= 1 << (row & 7);
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}

/** Returns a test of whether a row is selected. Without a selection every row is. */
export function rowSelector(selection: string | undefined): (row: number) => boolean {
  if (selection === undefined) return () => true;
  const bytes = Uint8Array.from(atob(selection), (letter) => letter.charCodeAt(0));
  return (row) => (((bytes[row >> 3] ?? 0) >> (row & 7)) & 1) === 1;
}
