import { type Context, Hono } from "hono";
import { stream as streamBody, streamSSE } from "hono/streaming";
import { ManymodelError, show } from "../core/errors.ts";
import type { Engine } from "../ports/engine.ts";
import { knownRun } from "../runs/known-run.ts";
import { groupsOf } from "./attributes/groups.ts";
import { PartitionAttributes } from "./attributes/partition-attributes.ts";
import { compareTables } from "./compare/compare-view.ts";
import { type HierarchySurroundings, hierarchyView } from "./hierarchy/hierarchy-view.ts";
import { type MonitorTables, monitorDetail } from "./monitor/monitor-view.ts";
import { monitoredCsv } from "./monitor/monitored-csv.ts";
import { monitoredPartitions } from "./monitor/monitored-partitions.ts";
import { readingsDetail } from "./monitor/readings-view.ts";
import { Accuracies } from "./night/accuracies.ts";
import { lastNight } from "./night/last-night.ts";
import type { PartitionQuery } from "./partitions/partition-search.ts";
import { OUTCOMES } from "./partitions/partition-table.ts";
import { partitionPage, partitionsHead } from "./partitions/partition-view.ts";
import { partitionsCsv } from "./partitions/partitions-csv.ts";
import type { RunTable } from "./partitions/run-table.ts";
import { TableCache } from "./partitions/table-cache.ts";
import { diffDetail, modelDetail, modelLines } from "./registry/registry-view.ts";
import { Watched } from "./runs/live.ts";
import { runFailures } from "./runs/run-failures.ts";
import { RunFollower } from "./runs/run-progress.ts";
import { RunLister, runDetail } from "./runs/run-view.ts";
import { holdoutForecast } from "./series/holdout.ts";
import { type SeriesSurroundings, seriesDetail } from "./series/series-view.ts";
import { worstSeries } from "./series/worst-series.ts";
import { type TotalsSurroundings, totalsView } from "./totals/totals-view.ts";
import type { Preparing, RunLine, RunProgress } from "./wire.ts";
import { packPicture } from "./wire-series.ts";

/** The milliseconds that a request waits for a table under construction before it answers with the progress. */
const PATIENCE_MS = 400;
const MOST_PICTURES = 24;
const MOST_MONITORED = 1000;
/** A stream that has nothing to say says so, that connections which are gone are noticed. */
const HEARTBEAT_MS = 15_000;

/** Returns the routes that the page reads. None of them changes anything. */
export function dashboardRoutes(
  engine: Engine,
  monitored: MonitorTables,
  scored: Omit<SeriesSurroundings, "monitored">,
  summed: Pick<TotalsSurroundings, "model" | "levels" | "time" | "forecasts" | "reconciled" | "totals"> &
    Pick<HierarchySurroundings, "hierarchy">,
): Hono {
  const app = new Hono();
  const tables = new TableCache(engine);
  const accuracies = new Accuracies(engine, tables);
  const attributes = new PartitionAttributes(engine);
  const runs = new RunLister(engine);
  const live = liveRuns(engine, runs);

  app.get("/runs", async (c) => c.json(await runs.read()));
  app.get("/runs/:run", async (c) => c.json(await runDetail(engine, c.req.param("run"), Date.now())));
  app.get("/live", (c) => stream(c, live.all));
  app.get("/live/:run", async (c) => {
    const { runId } = await knownRun(engine.catalog, c.req.param("run"));
    return stream(c, live.one(runId));
  });

  const tableOf = async (run: string) => {
    const table = await tables.get(run, PATIENCE_MS);
    // A run in progress has another table every second.
    if ("search" in table && table.progress === null) table.search.attributes = await attributes.of(table.search.table);
    return table;
  };
  const withTable = async (c: Context, run: string, answer: (table: RunTable) => Promise<unknown>) => {
    const table = await tableOf(run);
    if (!("search" in table)) return c.json({ preparing: table } satisfies Preparing, 202);
    return c.json(await table.spend(() => answer(table)));
  };
  app.get("/runs/:run/partitions", (c) => {
    const run = c.req.param("run");
    return withTable(c, run, async (table) => partitionsHead(run, table));
  });
  app.get("/runs/:run/failures", (c) => withTable(c, c.req.param("run"), async (table) => runFailures(table)));
  app.get("/runs/:run/rows", (c) =>
    withTable(c, c.req.param("run"), ({ search }) => {
      const metrics = c.req.query("metrics") || undefined;
      const page = { offset: count(c, "offset", 0), limit: count(c, "limit", 100) };
      return partitionPage(search, queryOf(c), { ...page, metrics: metrics?.split(",") ?? [] });
    }),
  );
  app.get("/runs/:run/rows.csv", async (c) => {
    const table = await tableOf(c.req.param("run"));
    if (!("search" in table)) return c.json({ preparing: table } satisfies Preparing, 202);
    return csv(c, partitionsCsv(table.search, queryOf(c), table.manifest.snapshot.keyColumns));
  });
  app.get("/runs/:run/accuracy", async (c) => {
    const accuracy = await accuracies.of(c.req.param("run"), PATIENCE_MS);
    return "total" in accuracy ? c.json({ preparing: accuracy } satisfies Preparing, 202) : c.json(accuracy);
  });
  app.get("/runs/:run/groups", (c) =>
    withTable(c, c.req.param("run"), ({ search }) => groupsOf(search, queryOf(c), required(c, "by"))),
  );
  app.get("/totals", async (c) => {
    const totals = await totalsView(
      { engine, tables, attributes, ...summed },
      c.req.query("by") || undefined,
      PATIENCE_MS,
    );
    return "total" in totals ? c.json({ preparing: totals } satisfies Preparing, 202) : c.json(totals);
  });
  app.get("/hierarchy", async (c) => {
    const { level, key, by } = c.req.query();
    const query = { ...(level && { level }), ...(key && { key }), ...(by && { by }) };
    const view = await hierarchyView({ engine, tables, ...summed }, query, PATIENCE_MS);
    return "total" in view ? c.json({ preparing: view } satisfies Preparing, 202) : c.json(view);
  });
  app.get("/night", async (c) => {
    const { forecasts } = summed;
    const night = await lastNight({ engine, tables, accuracies, attributes, monitored, forecasts }, PATIENCE_MS);
    return "total" in night ? c.json({ preparing: night } satisfies Preparing, 202) : c.json(night);
  });
  app.get("/runs/:run/pictures", (c) =>
    withTable(c, c.req.param("run"), (table) => {
      const n = Math.min(MOST_PICTURES, count(c, "count", 12));
      return worstSeries(engine, table, queryOf(c), n);
    }),
  );
  app.get("/runs/:run/series", async (c) => {
    const detail = await seriesDetail(engine, c.req.param("run"), required(c, "key"), { ...scored, monitored });
    return c.json(
      "series" in detail && detail.series !== null ? { ...detail, series: packPicture(detail.series) } : detail,
    );
  });
  app.get("/runs/:run/holdout", async (c) =>
    c.json(await holdoutForecast(engine, c.req.param("run"), required(c, "key"), required(c, "method"))),
  );
  app.get("/compare", (c) => {
    const [a, b] = [required(c, "a"), required(c, "b")];
    return withTable(c, a, async (one) => {
      const other = await tables.get(b, PATIENCE_MS);
      if (!("search" in other)) return { preparing: other } satisfies Preparing;
      const metric = c.req.query("metric") || undefined;
      const { metrics } = one.manifest.definition;
      return compareTables([a, one.search.table], [b, other.search.table], metric, metrics);
    });
  });
  app.get("/models", async (c) => c.json(await modelLines(engine)));
  app.get("/models/:model", async (c) => c.json(await modelDetail(engine, c.req.param("model"))));
  app.get("/models/:model/diff", async (c) =>
    c.json(await diffDetail(engine, c.req.param("model"), required(c, "before"), required(c, "after"))),
  );
  app.get("/monitor", async (c) => {
    const { model, version } = c.req.query();
    const choice = { ...(model && { model }), ...(version && { version }) };
    return c.json({ monitor: await monitorDetail(engine, monitored, choice) });
  });
  app.get("/monitor/readings", async (c) => c.json({ readings: await readingsDetail(engine, monitored.readings) }));
  app.get("/monitor/partitions", async (c) => {
    const page = { offset: count(c, "offset", 0), limit: Math.min(MOST_MONITORED, count(c, "limit", 100)) };
    return c.json(await monitoredPartitions(engine, monitored.status, { ...monitoredQueryOf(c), ...page }));
  });
  app.get("/monitor/partitions.csv", (c) => csv(c, monitoredCsv(engine, monitored.status, monitoredQueryOf(c))));
  return app;
}

/** Answers with a CSV file, piece by piece. A query that makes no sense is refused before the answer begins. */
async function csv(c: Context, pieces: AsyncGenerator<string>): Promise<Response> {
  const head = await pieces.next();
  c.header("Content-Type", "text/csv; charset=utf-8");
  return streamBody(c, async (body) => {
    if (!head.done) await body.write(head.value);
    for await (const piece of pieces) await body.write(piece);
  });
}

/** Returns the list of runs and single runs, each read once for all who look at it. */
function liveRuns(engine: Engine, runs: RunLister) {
  const all = new Watched<readonly RunLine[]>(() => runs.read());
  const followed = new Map<string, Watched<RunProgress>>();
  return {
    all,
    one(runId: string): Watched<RunProgress> {
      const existing = followed.get(runId);
      if (existing !== undefined) return existing;
      const follower = new RunFollower(engine, runId);
      const watched = new Watched(() => follower.read(Date.now()));
      followed.set(runId, watched);
      return watched;
    },
  };
}

/** Returns the server-sent events: each reading that differs from the one before. */
function stream<T>(c: Context, watched: Watched<T>): Response {
  return streamSSE(c, async (events) => {
    let before = "";
    const send = (value: T) => {
      const data = JSON.stringify(value);
      if (data !== before) void events.writeSSE({ data });
      before = data;
    };
    const stop = watched.watch(send);
    const beat = setInterval(() => void events.write(": still here\n\n"), HEARTBEAT_MS);
    await new Promise<void>((resolve) => events.onAbort(resolve));
    clearInterval(beat);
    stop();
  });
}

function queryOf(c: Context): PartitionQuery {
  const { text, outcome, kind, reason, sort, order } = c.req.query();
  // Each as NAME:VALUE; a name has no colon, a value may.
  const attributes = (c.req.queries("is") ?? []).map((pair) => {
    const end = pair.indexOf(":");
    if (end < 1) throw new ManymodelError("usage", `is is ${show(pair)}; it must be NAME:VALUE, such as category:Toys`);
    return [pair.slice(0, end), pair.slice(end + 1)] as const;
  });
  const outcomeFilter = OUTCOMES.find((one) => one === outcome);
  if (outcome && outcomeFilter === undefined)
    throw new ManymodelError("usage", `outcome is ${show(outcome)}; it must be one of ${OUTCOMES.join(", ")}`);
  return {
    ...(text && { text }),
    ...(outcomeFilter !== undefined && { outcome: outcomeFilter }),
    ...(kind && { kind }),
    ...(reason && { reason: count(c, "reason", 0) }),
    ...(attributes.length > 0 && { attributes: Object.fromEntries(attributes) }),
    ...(sort && { sort }),
    descending: order === "desc",
  };
}

function monitoredQueryOf(c: Context) {
  const { verdict = "all", text = "", sort = "severity", order = "desc" } = c.req.query();
  const of = { model: required(c, "model"), version: required(c, "version") };
  return { ...of, verdict, text, sort, descending: order === "desc" };
}

function required(c: Context, name: string): string {
  const value = c.req.query(name);
  if (!value) throw new ManymodelError("usage", `${name} is missing in ${show(c.req.path)}`);
  return value;
}

function count(c: Context, name: string, otherwise: number): number {
  const text = c.req.query(name);
  const value = text === undefined || text === "" ? otherwise : Number(text);
  if (!Number.isSafeInteger(value) || value < 0)
    throw new ManymodelError("usage", `${name} is ${show(text)}; it must be a whole number of at least 0`);
  return value;
}
