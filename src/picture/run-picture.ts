import { at } from "../core/aligned.ts";
import type { RunRecord } from "../core/run.ts";
import { CHUNK_STATES, type ChunkState } from "../core/states.ts";
import type { ChunkRecord } from "../ports/queue.ts";
import { HEADING, heading } from "./heading.ts";
import { element, label, picture } from "./svg.ts";
import { fit } from "./text-width.ts";

const WIDTH = 960;
const LEFT = 24;
/** Beyond this many chunks a tile stands for several. */
const MOST_TILES = 2000;
const STEP_SMALL = 14;
const STEP_LARGE = 22;

/** The role of each state's tile; what was skipped is only an outline. */
const ROLES: Readonly<Record<ChunkState, string>> = {
  waiting: "waiting",
  available: "same",
  leased: "forecast",
  finished: "better",
  failed: "worse",
  skipped: "line same",
};

/** Partitions of a run that failed alike. */
export interface DrawnFailure {
  readonly type: string;
  readonly message: string;
  readonly count: number;
}

/** Returns a run as an SVG: a tile for each chunk by its state, how its partitions ended, and why some failed. */
export function runPicture(run: RunRecord, chunks: readonly ChunkRecord[], failures: readonly DrawnFailure[]): string {
  const { runId, state, manifest, index } = run;
  const counts = CHUNK_STATES.map((name) => ({ name, count: chunks.filter((chunk) => chunk.state === name).length }));
  const partitions = manifest?.partitions ?? chunks.reduce((sum, chunk) => sum + chunk.partitions, 0);
  const ended = index ?? endedOf(chunks);
  const about = `${state}: ${ended.succeeded + ended.failed + ended.skipped} of ${partitions} partitions done, ${ended.failed} failed${ended.skipped > 0 ? `, ${ended.skipped} skipped` : ""} · ${manifest?.definition.name ?? "not planned yet"}, ${chunks.length} chunks`;
  const tiles = stateTiles(chunks, HEADING + 36);
  const barTop = HEADING + 36 + tiles.height + 22;
  const lines = failures.slice(0, 5);
  return picture(
    {
      title: `Run ${runId}`,
      description: `Run ${runId} is ${about}. Chunks: ${counts.map(({ name, count }) => `${count} ${name}`).join(", ")}.`,
      width: WIDTH,
      height: barTop + 54 + lines.length * 18,
    },
    heading(`Run ${runId}`, about, WIDTH),
    legend(counts, HEADING + 20),
    tiles.svg,
    outcomes(partitions, ended, barTop),
    ...lines.map(({ type, message, count }, i) =>
      label(fit(`${count} × ${type}: ${message}`, WIDTH - 2 * LEFT), {
        class: "ink",
        x: LEFT,
        y: barTop + 58 + i * 18,
      }),
    ),
  );
}

type Ended = { readonly succeeded: number; readonly failed: number; readonly skipped: number };

/** Counts the outcomes of partitions so far, from the committed segments. */
function endedOf(chunks: readonly ChunkRecord[]): Ended {
  const sum = (count: (chunk: ChunkRecord) => number) => chunks.reduce((total, chunk) => total + count(chunk), 0);
  return {
    succeeded: sum(({ segment }) => segment?.succeeded ?? 0),
    failed: sum(({ segment, state, partitions }) => segment?.failed ?? (state === "failed" ? partitions : 0)),
    skipped: sum(({ state, partitions }) => (state === "skipped" ? partitions : 0)),
  };
}

/**
 * Returns one tile for each chunk, in the order of their numbers; where there are too many, a tile has the worst state
 * of its own.
 */
function stateTiles(chunks: readonly ChunkRecord[], top: number): { svg: string; height: number } {
  const each = Math.ceil(chunks.length / MOST_TILES);
  const step = chunks.length / Math.max(1, each) > 400 ? STEP_SMALL : STEP_LARGE;
  const columns = Math.floor((WIDTH - 2 * LEFT) / step);
  const tiles: string[] = [];
  for (let i = 0; i * each < chunks.length; i++) {
    const states = chunks.slice(i * each, (i + 1) * each).map(({ state }) => state);
    const state = at(
      WORST.filter((name) => states.includes(name)),
      0,
    );
    const place = { x: LEFT + (i % columns) * step, y: top + Math.floor(i / columns) * step };
    tiles.push(tile(ROLES[state], place.x, place.y, step - 3));
  }
  return { svg: tiles.join(""), height: Math.ceil(tiles.length / columns) * step };
}

const WORST: readonly ChunkState[] = ["failed", "leased", "skipped", "available", "waiting", "finished"];

/** Returns an outline lies inside of its tile. */
function tile(role: string, x: number, y: number, size: number): string {
  const inset = role.startsWith("line") ? 0.5 : 0;
  return element("rect", {
    class: role,
    x: x + inset,
    y: y + inset,
    width: size - 2 * inset,
    height: size - 2 * inset,
    rx: 2,
  });
}

function legend(counts: readonly { name: ChunkState; count: number }[], top: number): string {
  let at = LEFT;
  return counts
    .filter(({ count }) => count > 0)
    .map(({ name, count }) => {
      const text = `${count} ${name}`;
      const entry = `${tile(ROLES[name], at, top - 10, 11)}${label(text, { class: "soft", x: at + 18, y: top })}`;
      at += 18 + 7 * text.length + 20;
      return entry;
    })
    .join("");
}

/** Returns one bar of all partitions, by how they ended. */
function outcomes(partitions: number, { succeeded, failed, skipped }: Ended, top: number): string {
  const width = WIDTH - 2 * LEFT;
  const shares = [
    ["better", succeeded, "succeeded"],
    ["worse", failed, "failed"],
    ["same", skipped, "skipped"],
    ["waiting", partitions - succeeded - failed - skipped, "to do"],
  ] as const;
  let at = LEFT;
  const parts = shares
    .filter(([, count]) => count > 0)
    .map(([role, count]) => {
      const wide = Math.max(1, (width * count) / Math.max(1, partitions));
      const part = element("rect", { class: role, x: at, y: top, width: wide, height: 12 });
      at += wide;
      return part;
    });
  const text = shares.filter(([, count]) => count > 0).map(([, count, name]) => `${count} ${name}`);
  return `${parts.join("")}${label(text.join(" · "), { class: "soft", x: LEFT, y: top + 30 })}`;
}
