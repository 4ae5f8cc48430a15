import type { ChunkRecord } from "../ports/queue.ts";

/** Returns the workers that hold chunks, one for each leased chunk. */
export function leaseHolders(chunks: readonly ChunkRecord[]): string[] {
  return chunks.flatMap(({ state, worker }) => (state === "leased" && worker !== null ? [worker] : []));
}
