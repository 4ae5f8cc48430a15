import { zip } from "../../core/aligned.ts";
import type { PartitionOutcome } from "../../core/artifact.ts";
import { messageOf } from "../../core/errors.ts";
import { keyText } from "../../core/partition-key.ts";
import type { RunManifest, Snapshot } from "../../core/run.ts";
import { frame } from "../../model/frame.ts";
import { calendarBins, formatTime, gridPositions, parseTime } from "../../model/interval.ts";
import { resampleNewer } from "../../model/resample-rows.ts";
import type { Tables } from "../../ports/tables.ts";
import { ascends, type SeriesData } from "./series-data.ts";

/** More rows than this are not read: the model is very old. */
const MOST_ROWS = 5000;

/** The rows of a table after the last row that a partition's model was fitted to. */
export interface NewerData {
  /** One value a step from the one after that row on, NaN where there is no row; empty where there is nothing newer. */
  readonly y: Float64Array;
  /** The reason why the newer rows, or their place, are unknown; null where they are known. */
  readonly why: string | null;
}

const NOTHING: NewerData = { y: new Float64Array(0), why: null };
const unknown = (why: string): NewerData => ({ ...NOTHING, why });

/** Reads the newer rows of one partition by a query for its key, which costs no snapshot of the whole table. */
export async function readNewer(
  tables: Tables,
  { snapshot }: Pick<RunManifest, "snapshot">,
  table: string,
  target: string,
  { key, lastTs, interval }: Pick<PartitionOutcome, "key" | "lastTs" | "interval">,
): Promise<NewerData> {
  const { keyColumns, columns, timeColumn, query } = snapshot;
  const type = columns.find(({ name }) => name === timeColumn)?.type;
  if (timeColumn === null || lastTs === null || type === undefined || type === "string" || type === "boolean")
    return NOTHING;
  if (/[/\\]/.test(table)) return unknown("the source is a file, which is not read for the page");
  const params: string[] = [];
  const place = (value: string) => `$${params.push(value)}`;
  const is = keyColumns.map((column, i) => {
    const value = key[i] ?? null;
    const name = tables.columnName(column.name);
    return value === null ? `${name} IS NULL` : `${name} = ${place(keyText(column, value))}`;
  });
  const axis = type === "date" || type === "timestamp" ? type : "number";
  const last = parseTime(axis, lastTs);
  // Of a coarser grid, the rows of a step are later than its time.
  const before = calendarBins(query.resample?.to ?? "");
  const latest = before === undefined ? lastTs : formatTime(axis, before.next(last) - 1);
  const time = tables.columnName(timeColumn);
  const where = [...is, `${time} > ${place(latest)}`].join(" AND ");
  const select = `SELECT ${time}, ${tables.columnName(target)} FROM ${table} WHERE ${where} ORDER BY ${time}`;
  try {
    const { rows: newer, truncated } = await tables.query(select, params, MOST_ROWS);
    if (truncated) return unknown(`there are more than ${MOST_ROWS} of them`);
    // Those after the last value are planned.
    const rows = newer.slice(0, newer.findLastIndex(([, value]) => value !== null && value !== undefined) + 1);
    if (rows.length === 0) return NOTHING;
    const { times, values } = completed(snapshot, axis, {
      times: Float64Array.from(rows, ([time]) => queriedTime(axis, String(time))),
      values: Float64Array.from(rows, ([, value]) => (value === null || value === undefined ? NaN : Number(value))),
    });
    if (times.length === 0) return NOTHING;
    const grid = Float64Array.of(last, ...times);
    const positions = interval === null || !ascends(grid) ? null : gridPositions(grid, interval);
    if (positions === null) return unknown(`they are not one by one at steps of ${interval ?? "any interval"}`);
    const steps = positions.subarray(1);
    const y = new Float64Array(Math.max(0, ...steps)).fill(NaN);
    for (const [step, value] of zip(steps, values)) y[step - 1] = value;
    return { y, why: null };
  } catch (error) {
    return unknown(messageOf(error, 200));
  }
}

/** Times of a series, and what was observed then. */
interface Observations {
  readonly times: Float64Array;
  readonly values: Float64Array;
}

/** Returns the newer observations as the rules of a run's query complete them, up to the newest. */
function completed(snapshot: Snapshot, type: SeriesData["timeType"], { times, values }: Observations): Observations {
  const batch = resampleNewer(
    { ...snapshot, query: { ...snapshot.query, target: "value" }, timeColumn: "time" },
    { length: times.length, columns: { time: { type, values: times }, value: { type: "number", values } } },
  );
  const data = frame(batch);
  const observed = data.numbers("value");
  const length = observed.findLastIndex((value) => !Number.isNaN(value)) + 1;
  const read = type === "number" ? data.numbers("time") : data.times("time");
  return { times: read.subarray(0, length), values: observed.subarray(0, length) };
}

/** Returns a time of an answer to a query as engines write them, in UTC: milliseconds since 1970, or a number. */
export function queriedTime(type: SeriesData["timeType"], text: string): number {
  if (type === "number") return Number(text);
  return Date.parse(`${text.slice(0, 10)}T${text.slice(11).replace(/(Z|[+]00.*)$/, "") || "00:00"}Z`);
}
