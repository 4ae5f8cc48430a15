import { count } from "../../../text/number.ts";
import { CHUNK_LETTERS, type ChunkLetter } from "../../wire.ts";

/** More chunks than this are shown several to a cell. */
const MOST_CELLS = 1200;
/** Of chunks that share a cell, the state that matters most is shown. */
const WEIGHT: Readonly<Record<ChunkLetter, number>> = { x: 5, l: 4, a: 3, w: 2, s: 1, f: 0 };

/** Shows the chunks of a run in their order, each in the colour of its state. */
export function ChunkGrid({ chunks }: { chunks: string }) {
  if (chunks === "") return <p class="muted">A collection of other runs' models has no chunks of its own.</p>;
  const each = Math.ceil(chunks.length / MOST_CELLS);
  const cells = Array.from({ length: Math.ceil(chunks.length / each) }, (_, i) =>
    ([...chunks.slice(i * each, (i + 1) * each)] as ChunkLetter[]).reduce((a, b) => (WEIGHT[b] > WEIGHT[a] ? b : a)),
  );
  const counts = new Map<ChunkLetter, number>();
  for (const letter of chunks as Iterable<ChunkLetter>) counts.set(letter, (counts.get(letter) ?? 0) + 1);
  const words = [...counts].map(([letter, n]) => `${count(n)} ${CHUNK_LETTERS[letter]}`);
  return (
    <>
      <div class="chunks" role="img" aria-label={`${count(chunks.length)} chunks: ${words.join(", ")}`}>
        {cells.map((letter, i) => (
          <span key={i} class={`chunk chunk-${CHUNK_LETTERS[letter]}`} />
        ))}
      </div>
      <ul class="legend">
        {[...counts].map(([letter, n]) => (
          <li key={letter}>
            <span class={`chunk chunk-${CHUNK_LETTERS[letter]}`} aria-hidden="true" /> {CHUNK_LETTERS[letter]}{" "}
            <b>{count(n)}</b>
          </li>
        ))}
        {each > 1 && <li class="muted">{each} chunks a cell</li>}
      </ul>
    </>
  );
}
