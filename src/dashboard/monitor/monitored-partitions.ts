import { firstRow } from "../../core/columns/first-row.ts";
import { ManymodelError, show } from "../../core/errors.ts";
import type { Engine } from "../../ports/engine.ts";
import { keyLabel } from "../base/key-label.ts";
import { latestOf, number, text } from "../base/status-query.ts";
import type { MonitorPage } from "../wire.ts";

/** The columns that sort the rows of the status table. */
const SORTS = { key: "PARTITION_KEY", severity: "SEVERITY", ratio: "RATIO", since: "SINCE" } as const;
/** The verdicts to show. `not-ok` is every verdict but `ok`. */
const VERDICTS = ["all", "not-ok", "drift", "watch", "no-data", "ok"] as const;
/** The partitions of a version to show, and their order. */
export interface MonitoredQuery {
  readonly model: string;
  readonly version: string;
  readonly verdict: string;
  /** Part of a key, in any case. */
  readonly text: string;
  readonly sort: string;
  readonly descending: boolean;
  readonly offset: number;
  readonly limit: number;
}

/**
 * Returns some of the partitions that the latest monitoring run of a version judged.
 *
 * @throws {ManymodelError} `usage` for an unknown verdict or order, `not-found` before anything was monitored
 */
export async function monitoredPartitions(
  { source, tables, versions }: Engine,
  status: string,
  { model, version, ...wanted }: MonitoredQuery,
): Promise<MonitorPage> {
  const by = SORTS[oneOf("sort", wanted.sort, Object.keys(SORTS) as (keyof typeof SORTS)[])];
  const verdict = oneOf("verdict", wanted.verdict, VERDICTS);
  const names = (await source.columns(status))?.map(({ name }) => name);
  if (names === undefined) throw new ManymodelError("not-found", `${status} has no monitored partitions`);
  const conditions = [latestOf(status)];
  const params = [model, version];
  const place = (value: string) => `$${params.push(value)}`;
  if (verdict === "not-ok") conditions.push("VERDICT <> 'ok'");
  else if (verdict !== "all") conditions.push(`VERDICT = ${place(verdict)}`);
  const words = wanted.text.split(/[\s,]+/).filter((word) => word !== "");
  if (words.length > 0) {
    const keys = names.slice(names.indexOf("MODEL_VERSION") + 1, names.indexOf("PARTITION_KEY"));
    // As labels are: its values, joined by commas.
    const label = keys
      .map((name) => `COALESCE(CAST(${tables.columnName(name)} AS VARCHAR), 'NULL')`)
      .join(" || ', ' || ");
    for (const word of words) conditions.push(`POSITION(LOWER(${place(word)}) IN LOWER(${label})) > 0`);
  }
  const where = conditions.join(" AND ");
  const counting = `SELECT COUNT(*) FROM ${status} WHERE ${where}`;
  const [matched] = firstRow((await tables.query(counting, params, 1)).rows, counting);
  const { rows } = await tables.query(
    `SELECT PARTITION_KEY, VERDICT, REASONS, SEVERITY, RATIO, SINCE FROM ${status} WHERE ${where}
     ORDER BY ${by} ${wanted.descending ? "DESC" : "ASC"} NULLS LAST, PARTITION_KEY LIMIT ${wanted.limit} OFFSET ${wanted.offset}`,
    params,
    wanted.limit,
  );
  const runId = (await versions.get(model, version))?.runId ?? "";
  return {
    matched: Number(matched),
    offset: wanted.offset,
    rows: rows.map(([key, verdict, reasons, severity, ratio, since]) => ({
      key: String(key),
      text: keyLabel(String(key)),
      verdict: String(verdict),
      reasons: String(reasons ?? ""),
      severity: number(severity),
      ratio: number(ratio),
      since: text(since),
      runId,
    })),
  };
}

function oneOf<Word extends string>(name: string, word: string, words: readonly Word[]): Word {
  const match = words.find((one) => one === word);
  if (match === undefined)
    throw new ManymodelError("usage", `${name} is ${show(word)}; it must be one of ${words.join(", ")}`);
  return match;
}
