import type { QueryPiece } from "../../ports/tables.ts";

/** Does something with an answer whose columns must be known before its rows are read; the answer is closed in any case. */
export async function withColumns<T>(
  pieces: AsyncIterable<QueryPiece>,
  work: (columns: QueryPiece["columns"], pieces: AsyncIterable<QueryPiece>) => Promise<T>,
): Promise<T> {
  const iterator = pieces[Symbol.asyncIterator]();
  try {
    const first = await iterator.next();
    async function* all() {
      for (let piece = first; piece.done !== true; piece = await iterator.next()) yield piece.value;
    }
    return await work(first.done === true ? [] : first.value.columns, all());
  } finally {
    await iterator.return?.();
  }
}
