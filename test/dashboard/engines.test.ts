import { describe, expect, it, onTestFinished } from "vitest";
import { startDashboard } from "../../dist/dashboard/server.js";
import type * as wire from "../../src/dashboard/wire.ts";
import { EVERY_ENGINE } from "../every-engine.ts";
import { manymodel } from "../snowflake/command.ts";
import { fillSales, SALES_YAML } from "./monitored.ts";

const DAY = 86_400_000;
const TRAIN = "model: mean\ntrain: { horizon: 12, holdout: 4, workers: 1 }\n";

// On the local engine each view has a test of its own.
const SERVERS = EVERY_ENGINE.filter(([name]) => name !== "local");

describe.each(SERVERS)("every view of the dashboard, engine: %s", (_, missing, open) => {
  it.skipIf(missing !== undefined)(`answers${missing === undefined ? "" : ` (${missing})`}`, async () => {
    const mm = await open(SALES_YAML + TRAIN);
    await fillSales(mm, 20);
    const command = (...args: string[]) => manymodel(mm.config.directory, ...args);
    await command("train", "--run-id", "first");
    await command("register");
    await command("batch", "--horizon", "12");
    const { url, close } = await startDashboard(mm, {
      host: "127.0.0.1",
      port: 0,
      onError: (thrown) => console.error(thrown),
    });
    onTestFinished(close);
    const get = async <T>(where: string): Promise<T> => {
      for (;;) {
        const response = await fetch(`${url}/api${where}`);
        const body = await response.json();
        expect(response.ok, `${where}: ${JSON.stringify(body)}`).toBe(true);
        if (response.status !== 202) return body as T;
      }
    };
    expect(await get<{ monitor: null }>("/monitor")).toEqual({ monitor: null });
    await fillSales(mm, 32);
    await mm.monitor();

    expect(await get<wire.RunLine[]>("/runs")).toMatchObject([{ runId: "first", state: "completed", done: 3 }]);
    const run = await get<wire.RunDetail>("/runs/first");
    expect(run).toMatchObject({
      keyColumns: [expect.stringMatching(/^sku$/i)],
      progress: { done: 3, chunks: expect.stringMatching(/^f+$/) },
    });
    expect(await get("/runs/first/failures")).toEqual({ groups: [], kinds: 0, unread: 0 });
    expect(await get<wire.PartitionsHead>("/runs/first/partitions")).toMatchObject({ partitions: 3, progress: null });
    const query = "sort=holdout_mase&order=desc&metrics=holdout_mase";
    const page = await get<wire.PartitionPage>(`/runs/first/rows?${query}&text=it%27s`);
    expect(page.rows).toMatchObject([{ text: "it's <b>C</b>", outcome: "succeeded", nObs: 20 }]);
    const pictures = await get<wire.SmallSeries[]>(`/runs/first/pictures?${query}`);
    expect(pictures.map(({ history, forecast }) => [history.length, forecast.length])).toEqual([
      [20, 12],
      [20, 12],
      [20, 12],
    ]);
    const { series } = await get<wire.SeriesDetail>("/runs/first/series?key=s%3AB");
    expect(series).toMatchObject({ timeType: "date", forecast: { levels: [80, 95] } });
    // The 12 newer rows of the table are there, too.
    expect([series!.y.length, series!.times!.length]).toEqual([32, 44]);
    const holdout = await get<wire.HoldoutForecast>("/runs/first/holdout?key=s%3AB&method=naive");
    expect(holdout.forecast.mean).toHaveLength(4);
    expect(await get("/compare?a=first&b=first")).toMatchObject({ ties: 3, wins: 0 });
    expect(await get("/models/M")).toMatchObject({ model: "M", versions: [{ version: "V1", succeeded: 3 }] });

    const { monitor } = await get<{ monitor: wire.MonitorDetail }>("/monitor");
    expect(monitor).toMatchObject({ model: "M", version: "V1", levels: [80, 95] });
    expect(monitor.verdicts).toEqual([
      { verdict: "drift", count: 1 },
      { verdict: "ok", count: 2 },
    ]);
    const judged = (query: string) => get<wire.MonitorPage>(`/monitor/partitions?model=M&version=V1&${query}`);
    const drifting = [{ key: "s:B", text: "B", verdict: "drift", runId: "first" }];
    expect(await judged("verdict=not-ok")).toMatchObject({ matched: 1, rows: drifting });
    const searched = await judged(`text=${encodeURIComponent("IT'S <")}&limit=1`);
    expect(searched).toMatchObject({ matched: 1, rows: [{ text: "it's <b>C</b>", verdict: "ok" }] });
    expect((await judged("text=%5C'")).matched).toBe(0);
    const third = await judged("sort=key&order=asc&offset=2&limit=1");
    expect(third).toMatchObject({ matched: 3, rows: [{ text: "it's <b>C</b>" }] });
    expect(monitor.days.map(({ time, forecasts }) => [time.slice(0, 10), forecasts])).toEqual(
      Array.from({ length: 12 }, (_, i) => [new Date(DAY * (20 + i)).toISOString().slice(0, 10), 3]),
    );
    // Errors of 1, 20 and 1 over the holdout's mean absolute error of 1; the intervals hold two of three.
    expect(monitor.days[0]!.scaledError).toBeCloseTo(22 / 3, 9);
    expect(monitor.days[0]!.coverage[1]).toBeCloseTo(200 / 3, 9);
    expect(monitor.monitoredAt).toMatch(/^\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d/);
  });
});
